import { describe, test } from "vitest";
import { describeExecutor } from "../testing/conformance";
import { createDockerExecutor } from "./docker-executor";
import { findEngine } from "./find-engine";

const engine = await findEngine();

if (engine.ok) describeExecutor("docker executor", { create: createDockerExecutor, walls: true });
else if (process.env.HEDDLE_REQUIRE_DOCKER === "1") {
  test("docker is here", () => {
    throw new Error(`HEDDLE_REQUIRE_DOCKER=1, but ${engine.why}.`);
  });
} else {
  // Said aloud: nothing below was proven on this machine.
  describe.skip(`docker executor: NOT RUN, ${engine.why} (HEDDLE_REQUIRE_DOCKER=1 makes this a failure)`, () => {
    test("conformance", () => undefined);
  });
}
