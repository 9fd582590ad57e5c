/**
 * TypeScript → JavaScript with every position kept: types become spaces. What has no such form (enums, namespaces,
 * parameter properties, decorators, `using`) goes through a transform, which keeps lines apart by a map.
 */
import { createRequire } from "node:module";
import type { transformSync as Strip } from "amaro";
import { transformSync as transform } from "esbuild";

/** Loaded with the first text: a program of its own, compiled in 200 ms. */
let loaded: typeof Strip | undefined;
const strip: typeof Strip = (text, options) => {
  loaded ??= (createRequire(import.meta.url)("amaro") as { transformSync: typeof Strip }).transformSync;
  return loaded(text, options);
};

export interface Stripped {
  readonly code: string;
  /** For each line of `code`, the line of the text that it shows; both 0-based. Undefined: line for line. */
  readonly lines: readonly (number | undefined)[] | undefined;
}

const kept = new Map<string, Stripped>();
const keptAtMost = 4000;

/** Throws a SyntaxError when the text is no TypeScript. */
export function stripTypes(text: string): Stripped {
  let stripped = kept.get(text);
  if (!stripped) {
    stripped = stripOnly(text) ?? transformed(text);
    if (kept.size >= keptAtMost) kept.delete(kept.keys().next().value!);
  } else kept.delete(text);
  kept.set(text, stripped);
  return stripped;
}

function stripOnly(text: string): Stripped | undefined {
  try {
    return { code: strip(text, { mode: "strip-only" }).code, lines: undefined };
  } catch {
    return undefined;
  }
}

function transformed(text: string): Stripped {
  try {
    const result = transform(text, {
      loader: "ts",
      target: "node20",
      sourcemap: "external",
      sourcesContent: false,
      logLevel: "silent",
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    });
    return { code: result.code.replace(/\n$/, ""), lines: readLines(result.map) };
  } catch (error) {
    throw new SyntaxError(error instanceof Error ? error.message : String(error));
  }
}

const digits = new Map([..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].map((char, i) => [char, i]));

/** The original line of the first mapping of each line of a source map. */
function readLines(map: string): readonly (number | undefined)[] {
  const { mappings } = JSON.parse(map) as { mappings: string };
  let original = 0;
  return mappings.split(";").map((line) => {
    let first: number | undefined;
    for (const segment of line.split(",")) {
      const fields = decode(segment);
      if (fields.length < 4) continue;
      original += fields[2]!;
      first ??= original;
    }
    return first;
  });
}

function decode(segment: string): readonly number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const char of segment) {
    const digit = digits.get(char) ?? 0;
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}
