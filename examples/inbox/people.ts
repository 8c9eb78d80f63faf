// Those who sign, ask and look. The page is signed in as one of them; `countersign serve` reads such a list from a file.
import type { Principal } from "@countersign/core";

export const PEOPLE = {
  fiona: { id: "fiona", name: "Fiona", roles: ["finance"] },
  bob: { id: "bob", name: "Bob", roles: ["finance"] },
  carla: { id: "carla", name: "Carla", roles: ["finance", "cfo"] },
  dora: { id: "dora", name: "Dora", roles: [] },
  alice: { id: "alice", name: "Alice", roles: [] },
  oscar: { id: "oscar", name: "Oscar", roles: ["ops"] },
  audrey: { id: "audrey", name: "Audrey", roles: ["audit"] },
} as const satisfies Record<string, Principal>;
export type PersonName = keyof typeof PEOPLE;
