/**
 * What server and harness say to each other, one frame each (frame.ts). The server validates every word it hears
 * with `harnessMessageSchema`: a harness runs beside user code and is not believed. Strict: an unknown field is a
 * fault. A change that an older peer cannot read raises `protocolVersion` (version.ts).
 */
import { z } from "zod";
import type { Json } from "../compile/dag";
import { reasons } from "../run/run";
import type { RunOutcome } from "../run/run-outcome";
import { displaySchema } from "./display";

const count = z.number().int().nonnegative();
const key = z.string().max(512);
/** Frames are JSON, so what was parsed from one is: walking it again would be the dearest part of a hot word. */
const json = z.custom<Json>((value) => value !== undefined);

/** A value as the task process made it: inline, or a file in the scratch folder that the server stores and hashes. */
export const wireValueSchema = z.strictObject({
  bytes: count,
  codec: z.string().max(64),
  /** Base64. */
  inline: z.string().optional(),
  /** `<process folder>/<file>` below the scratch folder. */
  file: z.string().max(200).optional(),
  summary: z.string().max(400),
  /** A JSON preview of at most 2 KB. */
  preview: json.optional(),
  /** A larger preview as JSON text; rests in the store as `<hash>.preview.json`. */
  previewText: z.string().optional(),
});
export type WireValue = z.infer<typeof wireValueSchema>;

export const errorFrameSchema = z.strictObject({
  cell: z.string(),
  cellKey: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  function: z.string().optional(),
});
export const taskErrorSchema = z.strictObject({
  name: z.string(),
  message: z.string(),
  frames: z.array(errorFrameSchema),
});

export const usageSchema = z.strictObject({
  durationMs: z.number().nonnegative(),
  cpuMs: z.number().nonnegative(),
  peakMemoryBytes: z.number().nonnegative(),
});

/** How an attempt ends that gives nothing. */
export const skippedSchema = z.strictObject({ status: z.literal("skipped"), usage: usageSchema });
export const endedSchema = z.strictObject({
  status: z.enum(["failed", "lost", "cancelled"]),
  reason: z.enum(reasons),
  error: taskErrorSchema.optional(),
  displays: z.array(displaySchema),
  usage: usageSchema,
});

export const wireResultSchema = z.discriminatedUnion("status", [
  z.strictObject({
    status: z.literal("succeeded"),
    outputs: z.record(z.string(), wireValueSchema),
    elements: z.record(z.string(), z.array(wireValueSchema)).optional(),
    /** How many other notebooks it ran. */
    calls: count.optional(),
    displays: z.array(displaySchema),
    usage: usageSchema,
  }),
  skippedSchema,
  endedSchema,
]);
export type WireResult = z.infer<typeof wireResultSchema>;

export const logRecordSchema = z.strictObject({
  time: z.number(),
  level: z.enum(["debug", "info", "warn", "error", "stdout", "stderr", "system"]),
  text: z.string(),
});

/** A call of `runNotebook`: `call` counts the calls of an attempt from 0, `nth` those with this notebook and these parameters. */
export const callSchema = z.strictObject({
  call: count,
  notebook: z.string().max(300),
  params: z.record(z.string().max(200), json),
  nth: count,
});
export type CallWord = z.infer<typeof callSchema>;

/** Words kept by the harness until acknowledged. `n` counts them per attempt from 0, without gaps. */
export const reliable = { attempt: key, n: count };
export const metricsWordSchema = z.strictObject({
  type: z.literal("metrics"),
  ...reliable,
  points: z.array(
    z.strictObject({
      seq: count,
      name: z.string().max(500),
      // JSON has no NaN and no infinities: they travel as text.
      value: z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]),
      step: z.number(),
      time: z.number(),
    }),
  ),
});
/** Without its value, which goes another way on each link. */
const artifactWord = {
  type: z.literal("artifact"),
  ...reliable,
  seq: count,
  name: z.string().max(500),
  artifactType: z.string().max(200),
  metadata: json,
};
export const artifactWordWith = <Value extends z.ZodType>(value: Value) => z.strictObject({ ...artifactWord, value });
export const wordSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("log"), ...reliable, offset: count, records: z.array(logRecordSchema) }),
  metricsWordSchema,
  artifactWordWith(wireValueSchema),
  z.strictObject({ type: z.literal("finished"), ...reliable, result: wireResultSchema }),
]);
export type Word = z.infer<typeof wordSchema>;

export const harnessMessageSchema = z.discriminatedUnion("type", [
  wordSchema,
  z.strictObject({
    type: z.literal("ready"),
    version: z.number().int(),
    harness: z.string(),
    attempts: z.array(z.strictObject({ attempt: key, state: z.enum(["waiting", "running", "finished"]) })),
  }),
  /** Answers each renew-lease. */
  z.strictObject({ type: z.literal("alive") }),
  z.strictObject({ type: z.literal("started"), attempt: key }),
  z.strictObject({
    type: z.literal("progress"),
    attempt: key,
    done: z.number(),
    total: z.number().optional(),
    message: z.string().max(2000).optional(),
  }),
  z.strictObject({ type: z.literal("usage"), attempt: key, cpuMs: z.number(), memoryBytes: z.number() }),
  /** Said again after an `attach` until it is answered. */
  z.strictObject({ type: z.literal("call"), attempt: key, ...callSchema.shape }),
  /** The cell waits for nothing but these calls: its process stands still until one is answered. */
  z.strictObject({ type: z.literal("parked"), attempt: key, calls: z.array(count) }),
  /** The harness does not hold the program that a launch named. */
  z.strictObject({ type: z.literal("need-program"), attempt: key, hash: z.string() }),
]);
export type HarnessMessage = z.infer<typeof harnessMessageSchema>;

export const inputRefSchema = z.union([
  z.strictObject({ absent: z.literal(true) }),
  z.strictObject({ list: z.array(z.strictObject({ hash: z.string(), codec: z.string(), inline: z.string().optional() })) }),
  z.strictObject({ hash: z.string(), codec: z.string(), inline: z.string().optional() }),
]);
export type WireInput = z.infer<typeof inputRefSchema>;

/** What became of a call: the exported values of the run it started, or why there are none. */
export const callAnswerSchema = z.discriminatedUnion("ok", [
  z.strictObject({
    ok: z.literal(true),
    run: z.strictObject({ id: z.string(), number: z.number().int() }),
    outputs: z.record(z.string(), inputRefSchema),
    /** Exported parameters: known as JSON. */
    params: z.record(z.string(), json),
  }),
  z.strictObject({
    ok: z.literal(false),
    message: z.string(),
    notebook: z.string(),
    /** Missing when no run was started. */
    run: z.strictObject({ id: z.string(), number: z.number().int() }).optional(),
    status: z.enum(["refused", "failed", "cancelled"]),
    reason: z.enum(reasons).optional(),
  }),
]);
export type CallAnswer = z.infer<typeof callAnswerSchema>;

export const launchSchema = z.strictObject({
  type: z.literal("launch"),
  /** `<taskRunId>#<attempt>` */
  attempt: key,
  taskKey: z.string(),
  mapIndex: count.optional(),
  attemptNumber: count,
  mode: z.enum(["task", "expand"]),
  run: z.strictObject({
    id: z.string(),
    workspaceId: z.string(),
    notebookId: z.string().optional(),
    notebook: z.string(),
    trigger: z.string(),
    params: z.record(z.string(), json),
    logicalDate: z.string().optional(),
    /** For a handler: how the run went (pipelines/run/run-outcome.ts). */
    outcome: z.custom<RunOutcome>((value) => typeof value === "object").optional(),
  }),
  program: z.strictObject({
    hash: z.string(),
    /** Left out when the server has sent it over this connection before. */
    code: z.string().optional(),
    lines: z
      .array(
        z.strictObject({
          line: z.number().int(),
          count: z.number().int(),
          cell: z.string(),
          cellKey: z.string(),
          cellLine: z.number().int(),
        }),
      )
      .optional(),
  }),
  inputs: z.record(z.string(), inputRefSchema),
  params: z.record(z.string(), json),
  secrets: z.record(z.string(), z.string()),
  memoryBytes: z.number().positive(),
  timeoutMs: z.number().positive(),
  isolation: z.enum(["run", "process", "container"]),
});
export type Launch = z.infer<typeof launchSchema>;

export const serverMessageSchema = z.discriminatedUnion("type", [
  /**
   * First word on a connection. An attempt outlives the server by `leaseMs + graceMs` after the last renewal, or ends at
   * `until`: milliseconds on the monotonic clock, which server and harness share.
   */
  z.strictObject({
    type: z.literal("hello"),
    version: z.number().int(),
    leaseMs: z.number().positive(),
    graceMs: z.number().nonnegative(),
    until: z.number().optional(),
  }),
  launchSchema,
  /** This attempt is wanted: say again what was not acknowledged, then go on. */
  z.strictObject({ type: z.literal("attach"), attempt: key }),
  z.strictObject({ type: z.literal("stop"), attempt: key, reason: z.enum(["cancelled", "timeout", "lease-lost"]) }),
  /** Nobody listens: kill it and forget its words. */
  z.strictObject({ type: z.literal("discard"), attempt: key }),
  z.strictObject({ type: z.literal("renew-lease"), until: z.number().optional() }),
  /** All words of the attempt up to and including `n` are safe. */
  z.strictObject({ type: z.literal("ack"), attempt: key, n: count }),
  z.strictObject({ type: z.literal("answer"), attempt: key, call: count, answer: callAnswerSchema }),
  z.strictObject({ type: z.literal("warm"), processes: count }),
  z.strictObject({ type: z.literal("release"), run: z.string() }),
  z.strictObject({ type: z.literal("shutdown") }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
