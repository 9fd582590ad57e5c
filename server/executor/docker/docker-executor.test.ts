import { createHash } from "node:crypto";
import Docker from "dockerode";
import { describe, test } from "vitest";
import { describeExecutor } from "../testing/conformance";
import { describeSql } from "../testing/sql-conformance";
import { createDockerExecutor } from "./docker-executor";
import { findEngine } from "./find-engine";

const engine = await findEngine();

async function killHarness(home: string, notebookId: string): Promise<void> {
  const docker = new Docker();
  const homeId = createHash("sha256").update(home).digest("hex").slice(0, 16);
  for (const { Id, Labels } of await docker.listContainers({ filters: { label: [`heddle.home=${homeId}`] } })) {
    if (Labels["heddle.key"]?.includes(`"${notebookId}"`)) await docker.getContainer(Id).kill();
  }
}

if (engine.ok) {
  describeExecutor("docker executor", { create: createDockerExecutor, walls: true, killHarness });
  describeSql("SQL cells in containers", { create: createDockerExecutor, walls: true });
} else if (process.env.HEDDLE_REQUIRE_DOCKER === "1") {
  test("docker is here", () => {
    throw new Error(`HEDDLE_REQUIRE_DOCKER=1, but ${engine.why}.`);
  });
} else {
  // Said aloud: nothing below was proven on this machine.
  describe.skip(`docker executor: NOT RUN, ${engine.why} (HEDDLE_REQUIRE_DOCKER=1 makes this a failure)`, () => {
    test("conformance", () => undefined);
  });
}
