import { render } from "preact";
import { createApp } from "./app.ts";
import { AppContext } from "./app-context.ts";
import "./look/tokens.css";
import "./look/base.css";
import { Shell } from "./shell/shell.tsx";

const place = document.getElementById("page");
if (place) {
  const app = createApp();
  render(
    <AppContext value={app}>
      <Shell />
    </AppContext>,
    place,
  );
  void app.session.check();
}
