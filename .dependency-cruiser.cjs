/** Who may import whom: one direction, pipelines at the bottom. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    forbid(
      "no-circles",
      "A circle of modules has no bottom to start reading at.",
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    ),
    forbid(
      "pipelines-are-pure",
      "The core imports nothing of ours and nothing of Node.",
      { path: "^pipelines/", pathNot: "\\.test\\.ts$" },
      { path: "^(runner|server|app|cli|bench|prisma)/|^react" },
    ),
    forbid(
      "pipelines-run-anywhere",
      "The core runs in the browser too.",
      { path: "^pipelines/", pathNot: "\\.test\\.ts$" },
      { dependencyTypes: ["core"] },
    ),
    forbid(
      "runner-knows-pipelines-only",
      "The runner is what a container holds.",
      { path: "^runner/", pathNot: "\\.test\\.ts$" },
      { path: "^(server|app|cli|bench|prisma)/" },
    ),
    forbid("server-knows-pipelines-only", "The server knows no page.", { path: "^server/" }, { path: "^(app|cli|bench)/" }),
    forbid(
      "pages-know-the-servers-types-only",
      "A page asks the server; it does not contain it.",
      { path: "^app/", pathNot: "^app/(api/|_trpc/server)" },
      { path: "^(server|runner|cli|bench|prisma)/", dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "docker-in-one-place",
      "dockerode appears in the Docker executor only, and in tests that do something to a container.",
      { pathNot: ["^server/executor/docker/", "/testing/", "\\.test\\.ts$"] },
      { path: "node_modules/dockerode" },
    ),
    forbid(
      "routers-stay-apart",
      "Only the roof brings routers together.",
      { path: "^server/[^/]+/router\\.ts$" },
      { path: "^server/[^/]+/router\\.ts$" },
    ),
    forbid(
      "no-junk-drawers",
      "A name that says nothing collects everything.",
      {},
      { path: "/(utils|helpers|common|lib|types|index)(\\.tsx?$|/)", pathNot: "node_modules" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(pipelines/examples|prisma/client|\\.next|dist)" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
