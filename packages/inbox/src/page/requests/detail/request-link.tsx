import { useApp } from "../../app-context.ts";

/** Leads to another request, with the filters of the list as they are. */
export function RequestLink({ id }: { readonly id: string }) {
  const { route } = useApp();
  return (
    <a href={route.href({ page: "requests", id }, route.query.value)}>
      Request <code>{id.slice(0, 8)}</code>
    </a>
  );
}
