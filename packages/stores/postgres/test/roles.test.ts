import { testRoles } from "./on-roles.ts";

await testRoles(18);
