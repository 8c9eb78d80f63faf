import type { Field as Shown } from "../field-of.ts";
import type { Place } from "../place.ts";

/** Which of several kinds of value it is. */
export function WayChoice({
  place: { form, path, label, isLocked },
  field: { ways, way },
}: {
  readonly place: Place;
  readonly field: Shown;
}) {
  if (ways.length === 0) return null;
  return (
    <select
      aria-label={`Kind of ${label}`}
      value={String(way)}
      disabled={isLocked}
      onChange={({ currentTarget }) => {
        const to = Number(currentTarget.value);
        const chosen = ways[to];
        if (chosen) form.chooseWay(path, way, to, chosen.schema);
      }}
    >
      {way === -1 && <option value="-1">None of these</option>}
      {ways.map(({ label: kind }, index) => (
        <option key={index} value={String(index)}>
          {kind}
        </option>
      ))}
    </select>
  );
}
