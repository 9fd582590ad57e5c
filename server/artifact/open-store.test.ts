import { expect, test } from "vitest";
import { openStore, readBytes } from "./open-store";

test("without a setting values rest in a folder of the home", () => {
  const { objects, cacheBytes } = openStore("/home/heddle", {});
  expect([objects.kind, objects.place, cacheBytes]).toEqual(["folder", "/home/heddle/store", undefined]);
});

test("HEDDLE_STORE names a bucket, and where it is", () => {
  const place = (variables: Record<string, string>) => openStore("/h", variables).objects.place;
  expect(place({ HEDDLE_STORE: "s3://models" })).toBe("s3://models");
  expect(place({ HEDDLE_STORE: "s3://models/team/a/" })).toBe("s3://models/team/a");
  expect(place({ HEDDLE_STORE: "s3://models", HEDDLE_STORE_ENDPOINT: "http://minio:9000" })).toBe("s3://models at http://minio:9000");
  expect(place({ HEDDLE_STORE: "s3://models", AWS_ENDPOINT_URL: "https://r2.example.org" })).toContain("r2.example.org");
  expect(openStore("/h", { HEDDLE_STORE_CACHE: "1.5GB" }).cacheBytes).toBe(1.5 * 1024 ** 3);
});

test("a setting that cannot be is refused in words", () => {
  for (const text of ["models", "s3://", "https://models", "s3://Models"]) {
    expect(() => openStore("/h", { HEDDLE_STORE: text })).toThrow(/HEDDLE_STORE must be like s3:\/\/bucket/);
  }
  expect(() => openStore("/h", { HEDDLE_STORE: "s3://models", HEDDLE_STORE_ENDPOINT: "minio:9000" })).toThrow(/HEDDLE_STORE_ENDPOINT/);
  expect(() => readBytes("HEDDLE_STORE_CACHE", "20")).toThrow(/HEDDLE_STORE_CACHE must be a size/);
});
