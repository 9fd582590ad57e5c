import { expect, test } from "vitest";
import { workerRequestSchema } from "@/pipelines/protocol/worker";
import { toRequest } from "../testing/requests";
import { storedHashes } from "../stored-hashes";
import { fromWorkerRequest, toWorkerRequest } from "./worker-request";

const value = (hash: string, inline?: string) => ({
  hash: hash.repeat(64),
  bytes: 3,
  codec: "v8",
  summary: "a long story",
  ...(inline === undefined ? {} : { inline }),
});

test("a request is the same on the other machine, but for what only pages want", () => {
  const request = toRequest("return {}", {
    inputs: { one: value("a"), two: { list: [value("b", "AAAA"), value("c")] }, none: { absent: true } },
    pool: "far",
    datasets: ["cars.json"],
    mapIndex: 3,
    secrets: { KEY: "s" },
  });
  const wire = workerRequestSchema.parse(JSON.parse(JSON.stringify(toWorkerRequest(request))));
  const { pool, datasets, ...rest } = request;
  expect(pool).toBe("far");
  expect(datasets).toEqual(["cars.json"]);
  const quiet = ({ summary: _, ...left }: ReturnType<typeof value>) => ({ ...left, summary: "" });
  expect(fromWorkerRequest(wire)).toEqual({
    ...rest,
    inputs: { one: quiet(value("a")), two: { list: [quiet(value("b", "AAAA")), quiet(value("c"))] }, none: { absent: true } },
  });
  expect([...storedHashes(request.inputs)]).toEqual(["a".repeat(64), "c".repeat(64)]);
});
