import { testFeeds } from "./feeds.ts";

await testFeeds("SQLite", () => undefined);
