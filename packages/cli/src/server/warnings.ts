import { didYouMean } from "@countersign/core/policy";
import type { Config } from "../settings/config.ts";

/** What works, and probably isn't meant: each with what to do. */
export function warningsOf({ people, serve }: Config): readonly string[] {
  if (!people) return [];
  const { source, entries } = people;
  const issuer = serve.oidc?.issuer ?? serve.proxy?.jwt?.issuer;
  const ids = entries.flatMap(({ id, aliases = [] }) => [id, ...aliases]);
  const isKnown = issuer === undefined || ids.some((id) => id.startsWith(`${issuer}#`));
  const roles = [...new Set(entries.flatMap((entry) => entry.roles ?? []))];
  const missing = [...(serve.operators ?? []), ...(serve.auditors ?? [])].filter((role) => !roles.includes(role));
  return [
    ...(isKnown
      ? []
      : [`Nobody can sign in: no id in ${source} begins with ${issuer}#. Add to each person the alias "${issuer}#<their subject there>".`]),
    ...missing.map((role) => `Nobody in ${source} has the role ${role}, which serve names.${didYouMean(role, roles)}`),
  ];
}
