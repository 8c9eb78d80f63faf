import { Command } from "commander";
import { atDesk } from "../desk.ts";

export function migrate(): Command {
  return new Command("migrate")
    .description("make a store where there is none; one of another version is refused, and left as it is")
    .action((_options: object, command: Command) =>
      atDesk(
        command,
        async ({ store, address, out }) => {
          await store.now();
          out.result({ store: address, ready: true }, `${address} is there, and up to date`);
        },
        { create: true },
      ),
    );
}
