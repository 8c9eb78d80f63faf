// What may import what. Arrows run one way, between the packages and between the folders of core.
// Type imports count: a type that points the wrong way is a design that points the wrong way.

/** Workspace packages that a package's src may import, by folder. A package that is not listed may import none. */
const packages = {
  core: [],
  policy: ["@countersign/core"],
  review: ["@countersign/core"],
  terminal: ["@countersign/core", "@countersign/review"],
  testing: ["@countersign/core", "@countersign/memory"],
  conformance: ["@countersign/core"],
  "stores/[^/]+": ["@countersign/core"],
  "adapters/[^/]+": ["@countersign/core"],
  server: ["@countersign/core", "@countersign/review"],
  cli: [
    "@countersign/core",
    "@countersign/policy",
    "@countersign/(memory|sqlite|postgres)",
    "@countersign/(review|terminal)",
    "@countersign/(server|inbox)",
  ],
  // Reaches the server over HTTP only, by its client. What it imports is built into it.
  inbox: ["@countersign/server/dist/client", "@countersign/review"],
};

/**
 * The rooms of core, in the order in which a call gets to them: each may import itself and those before it. First what
 * everything stands on, then the four moves, which happen to a call, then whatever carries a conversation through them.
 */
const order = [
  ...["contract", "errors", "canonical", "audit", "store", "policy", "ledger", "kernel.ts", "hold"],
  ...["gate", "suspend", "decide", "resume"],
  ...["run"],
];

const coreRooms = {
  ...Object.fromEntries(order.map((room, index) => [room, order.slice(0, index)])),
  // Beside each other: a worker runs threads, and adapters share what they need around a run.
  work: order,
  adapt: order,
  feed: [...order, "work"],
  // Around a gate, for whatever people decide through.
  surface: order,
};

/** The folder of a package, as a group. */
const aPackage = "packages/((?:stores|adapters)/[^/]+|(?!stores/|adapters/)[^/]+)";

const packageRules = Object.entries(packages).map(([folder, allowed]) => ({
  name: `package-${folder.replace(/\W+/g, "")}`,
  comment: `packages/${folder}/src may import ${allowed.join(", ") || "no workspace package"}.`,
  severity: "error",
  from: { path: `^packages/${folder}/src/` },
  to: {
    path: "/node_modules/(@countersign/|countersign/)",
    ...(allowed.length > 0 && { pathNot: `/node_modules/(${allowed.join("|")})[/.]` }),
  },
}));

/** A room is a folder, or one file. */
const isRoom = (/** @type {string} */ room) => (room.endsWith(".ts") ? `${room.replace(".", "\\.")}$` : `${room}/`);

const roomRules = Object.entries(coreRooms).map(([room, allowed]) => ({
  name: `core-${room.replace(".ts", "")}`,
  comment: `core/src/${room} may import ${allowed.join(", ") || "nothing else of core"}.`,
  severity: "error",
  from: { path: `^packages/core/src/${isRoom(room)}` },
  to: { path: "^packages/core/", pathNot: `^packages/core/(node_modules/|src/(${[room, ...allowed].map(isRoom).join("|")}))` },
}));

export default {
  forbidden: [
    ...packageRules,
    {
      name: "package-unlisted",
      comment: "A new package: give it its place in .dependency-cruiser.mjs.",
      severity: "error",
      from: { path: "^packages/.+/src/", pathNot: `^packages/(${Object.keys(packages).join("|")})/src/` },
      to: {},
    },
    ...roomRules,
    {
      name: "core-unlisted",
      comment: "A new folder in core/src: give it its place in .dependency-cruiser.mjs.",
      severity: "error",
      from: { path: "^packages/core/src/[^/]+/", pathNot: `^packages/core/src/(${Object.keys(coreRooms).map(isRoom).join("|")})` },
      to: {},
    },
    {
      name: "core-edge-safe",
      comment: "Core runs on edge runtimes: of Node it may use node:crypto and node:async_hooks.",
      severity: "error",
      from: { path: "^packages/core/src/" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|async_hooks)$" },
    },
    {
      name: "own-src-only",
      comment: "A package's src imports other packages by name, and never its own tests or build.",
      severity: "error",
      from: { path: `^${aPackage}/src/` },
      to: { dependencyTypes: ["local"], pathNot: "^packages/$1/src/" },
    },
    {
      name: "packages-by-name",
      comment:
        "Tests, what they share, examples and benchmarks import packages by name; a test reaches into the src of its own package only.",
      severity: "error",
      from: { path: `^(?:${aPackage}/(?!src/)|internal/|examples/|bench/)` },
      to: { dependencyTypes: ["local"], path: "^packages/[^:]+/(src|dist)/", pathNot: "^packages/$1/src/" },
    },
    {
      name: "no-dev-dependency",
      comment: "What src imports has to be there for users: a dependency or a peer dependency.",
      severity: "error",
      from: { path: "^packages/.+/src/", pathNot: "^packages/inbox/src/page/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm-peer", "npm", "npm-optional"] },
    },
    { name: "no-cycle", comment: "No import cycles, type imports included.", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-unresolved",
      comment: "Not found: a wrong path, or a package that is not built.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|/dist/" },
    // Type imports are imports, and a package is where its name leads, not where the workspace keeps it.
    tsPreCompilationDeps: true,
    preserveSymlinks: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["types", "import", "node", "default"] },
  },
};
