/** The functions of pipelines/sdk/heddle.ts as the running attempt has them. */
import { readFile } from "node:fs/promises";
import { join, normalize, resolve } from "node:path";
import { inspect } from "node:util";
import type { Display } from "@/pipelines/protocol/display";
import type { Launch } from "@/pipelines/protocol/messages";
import { parseCsv } from "@/pipelines/sdk/csv";
import type * as Heddle from "@/pipelines/sdk/heddle";
import type { DisplayList } from "../displays/display-list";
import { displayMark, imageDisplay, tableDisplay, toDisplay } from "../displays/to-display";
import { chartRows } from "../table/chart-rows";
import { fromView } from "../table/column-table";
import { cell } from "../values/preview";
import { asTable } from "../values/table";
import type { Calls } from "./calls";
import type { Environment } from "./environment";
import type { InputReader } from "./input-reader";
import type { Output } from "./output";
import { makeRunNotebook } from "./run-notebook";
import type { WireMaker } from "./to-wire";

interface SdkParts {
  readonly launch: Launch;
  readonly output: Output;
  readonly calls: Calls;
  readonly inputs: InputReader;
  readonly displays: DisplayList;
  readonly wire: WireMaker;
  readonly environment: Environment;
  readonly cwd: string;
}

export type Sdk = typeof Heddle;

const mostChartRows = 20_000;

/** As the preview of the chart builder does it, by the same code. */
function aggregated(
  rows: readonly object[],
  fields: { readonly x: string; readonly y: string; readonly series: string | undefined },
  aggregation: Heddle.ChartOptions["aggregate"],
): readonly Record<string, unknown>[] {
  const table = aggregation && asTable(rows);
  return table ? chartRows(fromView(table), { ...fields, aggregation }).rows : (rows as readonly Record<string, unknown>[]);
}

export function makeSdk({ launch, output, calls, inputs, displays, wire, environment, cwd }: SdkParts): Sdk {
  const shown = (display: Display | undefined, whole?: unknown): Heddle.Shown => {
    displays.add(display, whole);
    // The mark lets `__heddle.display` see that this was shown already.
    return Object.defineProperty({ shown: true as const }, displayMark, { value: display, enumerable: false });
  };
  const text = (values: unknown[]) => values.map((value) => (typeof value === "string" ? value : inspect(value, { depth: 4 }))).join(" ");
  /** "Never fails a task": what a caller got wrong becomes a line in the log. */
  const carefully = (what: string, action: () => void) => {
    try {
      action();
    } catch (error) {
      output.log("warn", `${what} was ignored: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const sdk: Sdk = {
    param: () => {
      throw new Error("param() is only for the [params] cell, where it is read without running.");
    },
    metric: (name, value, options) => {
      if (typeof value !== "number") {
        carefully(`metric(${JSON.stringify(name)})`, () => {
          throw new Error(`its value must be a number, not ${value === null ? "null" : typeof value}.`);
        });
        return;
      }
      const time = options?.time;
      output.metric(String(name), value, options?.step, time === undefined ? undefined : Number(time));
    },
    metrics: (values, step) => {
      for (const name in values) {
        const value = values[name];
        if (typeof value === "number") output.metric(name, value, step, undefined);
        else output.log("warn", `metrics(): ${name} was ignored: its value must be a number, not ${typeof value}.`);
      }
    },
    log: {
      debug: (...values) => output.log("debug", text(values)),
      info: (...values) => output.log("info", text(values)),
      warn: (...values) => output.log("warn", text(values)),
      error: (...values) => output.log("error", text(values)),
    },
    artifact: (name, data, options) => {
      const file = (data as { file?: unknown } | null)?.file;
      const isFile = typeof data === "object" && data !== null && typeof file === "string" && Object.keys(data).length === 1;
      const type = options?.type ?? (/\.json$/.test(name) ? "application/json" : "");
      const value = isFile
        ? wire.file(resolve(cwd, file))
        : data instanceof Uint8Array
          ? wire.raw(data)
          : data instanceof ArrayBuffer
            ? wire.raw(new Uint8Array(data))
            : typeof data === "string"
              ? wire.raw(Buffer.from(data))
              : type === "application/json"
                ? wire.raw(Buffer.from(JSON.stringify(data, null, 2)))
                : wire.value(name, data);
      output.flush();
      output.artifact({ name, artifactType: type, metadata: JSON.parse(JSON.stringify(options?.metadata ?? {})) as unknown, value });
    },
    progress: (done, total, message) =>
      carefully("progress()", () => {
        output.progress(
          Number(done),
          total === undefined ? undefined : Number(total),
          message === undefined ? undefined : String(message).slice(0, 2000),
        );
      }),
    table: (rows) => shown(tableDisplay(rows) ?? toDisplay(rows), rows),
    chart: (options) => {
      const axis = (given: string | Heddle.ChartAxis) => (typeof given === "string" ? { field: given } : given);
      const x = axis(options.x);
      const y = axis(options.y);
      const { series, value } = options;
      const fields = [x.field, y.field, ...(series ? [series] : []), ...(value ? [value] : [])] as string[];
      const all = aggregated(options.rows as readonly object[], { x: x.field, y: y.field, series }, options.aggregate);
      const stride = Math.max(1, Math.ceil(all.length / mostChartRows));
      if (stride > 1) output.log("warn", `chart(): ${all.length} rows are too many to draw; every ${stride}th is shown.`);
      const rows: Record<string, never>[] = [];
      for (let index = 0; index < all.length; index += stride) {
        rows.push(Object.fromEntries(fields.map((field) => [field, cell(all[index]![field]) as never])));
      }
      return shown({
        type: "chart",
        mark: options.mark ?? "line",
        x: x as never,
        y: y as never,
        rows,
        ...(options.title === undefined ? {} : { title: options.title }),
        ...(series === undefined ? {} : { series }),
        ...(value === undefined ? {} : { value }),
      });
    },
    image: (bytes, mediaType) => {
      if (typeof bytes === "string") {
        return shown({ type: "image", mediaType: mediaType ?? "image/svg+xml", base64: Buffer.from(bytes).toString("base64") });
      }
      const raw = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
      if (mediaType !== undefined) return shown({ type: "image", mediaType, base64: Buffer.from(raw).toString("base64") });
      const display = imageDisplay(raw);
      if (!display) throw new Error('image(): these bytes are no PNG, JPEG, GIF or WebP. Name their type: image(bytes, "image/avif").');
      return shown(display);
    },
    html: (source) => shown({ type: "html", html: String(source) }),
    markdown: (source) => shown({ type: "markdown", text: String(source) }),
    secret: (name) => {
      const value = launch.secrets[name];
      if (value === undefined) {
        throw new Error(
          `The secret "${name}" is not given to this cell. Name it in the cell's header (secrets=${name}) and set it in the workspace.`,
        );
      }
      return value;
    },
    runNotebook: makeRunNotebook(calls, inputs),
    dataset: (name) => makeDataset(name, cwd, environment),
    run: Object.freeze({
      id: launch.run.id,
      notebook: launch.run.notebook,
      trigger: launch.run.trigger,
      params: launch.run.params,
      attempt: launch.attemptNumber,
      mapIndex: launch.mapIndex,
      logicalDate: launch.run.logicalDate,
      status: launch.run.outcome?.status,
      reason: launch.run.outcome?.reason,
      failed: launch.run.outcome?.failed ?? [],
      durationMs: launch.run.outcome?.durationMs,
    }),
  };
  return Object.assign(sdk, Object.fromEntries(planned.map((name) => [name, () => notYet(name)])));
}

/** Named by the language, not made yet: a cell that calls one is told so. */
const planned = ["registerModel", "loadModel"];

function notYet(name: string): never {
  throw new Error(`${name}() of "heddle" is not available yet.`);
}

/** Cells run as a user of their own, who is neither owner nor group of the files people put into the data folder. */
function unreadable(name: string): string {
  const inFolder = name.includes("/") ? ", and its folders with chmod o+x" : "";
  return `The file "${name}" lies in the workspace's data folder, but cells may not read it: they run as a user of their own. Make it readable with: chmod o+r "${name}"${inFolder}.`;
}

function makeDataset(name: string, cwd: string, environment: Environment): Heddle.Dataset {
  const relative = normalize(String(name));
  if (relative.startsWith("..") || relative.startsWith("/")) throw new Error(`dataset("${name}") lies outside of the data folder.`);
  const path = join(cwd, "data", relative);
  const read = async (): Promise<Buffer> => {
    try {
      return await readFile(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") throw new Error(`There is no file "${name}" in the workspace's data folder.`);
      if (code === "EACCES") throw new Error(unreadable(name));
      throw error;
    }
  };
  return {
    path,
    bytes: read,
    text: async () => (await read()).toString("utf8"),
    json: async <T>() => JSON.parse((await read()).toString("utf8")) as T,
    csv: async <T>() => parseCsv((await read()).toString("utf8")) as T[],
    arrow: async <T>() => {
      const arrow = await environment.load("apache-arrow");
      return (arrow.tableFromIPC as (bytes: Uint8Array) => T)(await read());
    },
  };
}
