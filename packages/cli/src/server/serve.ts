import { Command } from "commander";
import { atDesk } from "../desk.ts";
import { whole } from "../settings/values.ts";

interface ServeOptions {
  readonly port: number;
  readonly host: string;
}

export function serve(): Command {
  return new Command("serve")
    .description("the page where people sign, and the HTTP API, until Ctrl-C")
    .option("--port <n>", "0 for any that is free", whole(0, 65_535), 4_600)
    .option("--host <address>", "where to listen; beyond this machine it takes a sign-in in the settings", "127.0.0.1")
    .action(({ port, host }: ServeOptions, command: Command) =>
      atDesk(command, async (desk) => {
        // Hono, the server and the page: only whoever serves waits for them.
        const { serving } = await import("./serving.ts");
        await serving(desk, host, port);
      }),
    );
}
