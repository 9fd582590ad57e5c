/** A package registry of a test's own: the few documents that npm reads, of packages made here. Counts who asked for what. */
import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";

export interface MadePackage {
  readonly name: string;
  readonly version: string;
  /** Beside package.json. */
  readonly files: Readonly<Record<string, string>>;
  readonly manifest?: Readonly<Record<string, unknown>>;
}

export interface TestRegistry {
  readonly url: string;
  /** For what starts npm. */
  readonly env: Readonly<Record<string, string>>;
  /** Paths, in order. */
  readonly asked: string[];
  /** Answers nothing until it is called again with false. */
  hold(on: boolean): void;
  /** Resolves when the next request for this comes in. */
  next(path: RegExp): Promise<void>;
  /** Bytes that are not those of the packument's hash. */
  damage(name: string): void;
  close(): Promise<void>;
}

export async function startRegistry(packages: readonly MadePackage[], cache: string, port = 0): Promise<TestRegistry> {
  const made = await Promise.all(packages.map(async (each) => ({ ...each, tarball: await tarballOf(each) })));
  const asked: string[] = [];
  const damaged = new Set<string>();
  const waiting: { path: RegExp; resolve: () => void }[] = [];
  let held: (() => void)[] | undefined;
  const server = http.createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, "http://x").pathname);
    asked.push(path);
    for (const each of [...waiting])
      if (each.path.test(path)) {
        waiting.splice(waiting.indexOf(each), 1);
        each.resolve();
      }
    const answer = () => {
      if (path === "/-/v1/search") {
        const text = new URL(request.url!, "http://x").searchParams.get("text") ?? "";
        const objects = [...new Map(made.map((each) => [each.name, each])).values()]
          .filter(({ name }) => name.includes(text))
          .map(({ name, version, manifest }) => ({
            package: {
              name,
              version,
              description: manifest?.description ?? "",
              keywords: [],
              date: "2026-01-01T00:00:00.000Z",
              maintainers: [],
              links: {},
            },
            score: {},
            searchScore: 1,
          }));
        return json(response, { objects, total: objects.length });
      }
      const file = made.find((each) => path === `/${each.name}/-/${fileOf(each)}`);
      if (file) return void response.end(damaged.has(file.name) ? Buffer.concat([file.tarball, Buffer.from("x")]) : file.tarball);
      const all = made.filter(({ name }) => `/${name}` === path);
      if (all.length === 0) {
        response.statusCode = 404;
        return json(response, { error: "Not found" });
      }
      json(response, packument(all, url));
    };
    if (held) held.push(answer);
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    env: { npm_config_registry: url, npm_config_cache: cache },
    asked,
    hold(on) {
      const before = held;
      held = on ? (before ?? []) : undefined;
      if (!on) before?.forEach((answer) => answer());
    },
    next: (path) => new Promise((resolve) => waiting.push({ path, resolve })),
    damage: (name) => damaged.add(name),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Served = MadePackage & { readonly tarball: Buffer };

function packument(versions: readonly Served[], url: string) {
  return {
    name: versions[0]!.name,
    "dist-tags": { latest: versions.at(-1)!.version },
    time: Object.fromEntries(versions.map(({ version }) => [version, "2026-01-01T00:00:00.000Z"])),
    versions: Object.fromEntries(
      versions.map((each) => [
        each.version,
        {
          ...each.manifest,
          name: each.name,
          version: each.version,
          dist: {
            tarball: `${url}${each.name}/-/${fileOf(each)}`,
            integrity: `sha512-${createHash("sha512").update(each.tarball).digest("base64")}`,
            shasum: createHash("sha1").update(each.tarball).digest("hex"),
          },
        },
      ]),
    ),
  };
}

function fileOf({ name, version }: MadePackage): string {
  return `${name.split("/").at(-1)}-${version}.tgz`;
}

function json(response: http.ServerResponse, value: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}

async function tarballOf({ name, version, files, manifest }: MadePackage): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: "package/package.json" }, JSON.stringify({ ...manifest, name, version }));
  for (const [file, text] of Object.entries(files)) archive.entry({ name: `package/${file}` }, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

/** One that works in a cell: says its version. */
export function makePackage(name: string, version: string, manifest: Record<string, unknown> = {}): MadePackage {
  return {
    name,
    version,
    files: {
      "index.js": `export const version = ${JSON.stringify(version)};\nexport default (n) => n * 2;\n`,
      "index.d.ts": "export const version: string;\n/** Twice as much. */\nexport default function double(n: number): number;\n",
    },
    manifest: { type: "module", main: "index.js", types: "index.d.ts", license: "MIT", description: `The package ${name}`, ...manifest },
  };
}
