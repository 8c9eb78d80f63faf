/** What the page of a link runs: it takes the secret out of the address before anything else, and trades it for a session. */
export const SCRIPT: string = `const secret = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
const say = (text) => {
  document.title = document.querySelector("h1").textContent = "This link did not sign you in";
  document.querySelector("[role=status]").textContent = text;
  const home = Object.assign(document.createElement("a"), { href: "../", textContent: "See who is signed in in this browser" });
  const row = document.createElement("p");
  row.append(home);
  document.querySelector("main").append(row);
};
const trade = async () => {
  if (secret === "") return say("The address ends before the secret. Open the whole link, with all that stands behind the #.");
  try {
    const response = await fetch("link", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ secret }),
    });
    const answer = await response.json();
    if (response.ok) location.replace(answer.to);
    else say(answer.detail);
  } catch {
    say("The server does not answer. Check that it runs, then open the link again from where you got it.");
  }
};
await trade();
`;
