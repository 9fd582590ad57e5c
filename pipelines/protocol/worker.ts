/**
 * What a server and a worker on another machine say to each other, one JSON text per WebSocket message. Both ends check every
 * word; strict: an unknown field is a fault. Bytes of values never travel here: server/entry/worker-routes.ts has the ways for
 * them. A change that an older peer cannot read raises `workerProtocol`. Neighbour: messages.ts (server and harness).
 */
import { z } from "zod";
import type { Json } from "../compile/dag";
import { reasons } from "../run/run";
import type { RunOutcome } from "../run/run-outcome";
import { displaySchema } from "./display";
import {
  artifactWordWith,
  callAnswerSchema,
  callSchema,
  endedSchema,
  logRecordSchema,
  metricsWordSchema,
  reliable,
  skippedSchema,
  usageSchema,
} from "./messages";

export const workerProtocol = 3;

/** Close codes with a meaning; the reason text beside them is for people. */
export const workerClose = {
  signedOut: 4401,
  version: 4400,
  environment: 4409,
  /** Another process with the same home has connected. */
  replaced: 4410,
  removed: 4411,
} as const;

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();
const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** `<taskRunId>#<attempt>` */
const attempt = z.string().max(512);
const word = z.string().max(200);
const json = z.custom<Json>((value) => value !== undefined);
const stopReason = z.enum(["cancelled", "timeout", "lease-lost"]);
const name = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9][\w.-]*$/);

/** A value by its hash; its bytes, where they are not inline, go over HTTP. */
export const workerValueSchema = z.strictObject({
  hash,
  bytes: count,
  codec: z.string().max(64),
  inline: z.string().optional(),
  summary: z.string().max(400),
  preview: json.optional(),
});
export type WorkerValue = z.infer<typeof workerValueSchema>;

export const workerResultSchema = z.discriminatedUnion("status", [
  z.strictObject({
    status: z.literal("succeeded"),
    outputs: z.record(z.string(), workerValueSchema),
    elements: z.record(z.string(), z.array(workerValueSchema)).optional(),
    /** How many other notebooks it ran. */
    calls: count.optional(),
    displays: z.array(displaySchema),
    usage: usageSchema,
    /** Larger previews of its values as JSON text, by hash. */
    previews: z.record(hash, z.string().max(400_000)),
  }),
  skippedSchema,
  endedSchema,
]);
export type WorkerResult = z.infer<typeof workerResultSchema>;

/** Kept by the worker, and by the harness behind it, until acknowledged. `n` counts them per attempt and link from 0. */
export const attemptWordSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("logs"), ...reliable, offset: count, records: z.array(logRecordSchema) }),
  metricsWordSchema,
  artifactWordWith(workerValueSchema),
  z.strictObject({ type: z.literal("finished"), ...reliable, result: workerResultSchema }),
]);
export type WorkerAttemptWord = z.infer<typeof attemptWordSchema>;

export const workerLoadSchema = z.strictObject({
  /** Part of all cores that was busy since the last beat, 0 to 1. */
  cpu: z.number().min(0).max(1),
  memoryUsed: amount,
});
export type WorkerLoad = z.infer<typeof workerLoadSchema>;

export const workerHelloSchema = z.strictObject({
  type: z.literal("hello"),
  protocol: z.number().int(),
  /** Of Heddle, for people. */
  version: word,
  /** Rests in the worker's home: a worker that was killed is the same one when it comes back. */
  worker: z.uuid(),
  /** New with each process: words are counted anew. */
  session: z.uuid(),
  name,
  host: word,
  pools: z.array(name).min(1).max(50),
  labels: z.record(name, word),
  slots: z.number().int().min(1).max(1000),
  capacity: z.strictObject({ cpu: z.number().positive(), memory: z.number().positive(), gpu: count }),
  executor: z.enum(["docker", "process"]),
  /** Hash of the lock of the packages that its cells can import. */
  environment: hash,
  draining: z.boolean(),
  /** Attempts it has, at work or with words to say. */
  attempts: z.array(attempt).max(10_000),
});
export type WorkerHello = z.infer<typeof workerHelloSchema>;

export const workerMessageSchema = z.discriminatedUnion("type", [
  workerHelloSchema,
  /** The server answers each; `n` tells which. */
  z.strictObject({ type: z.literal("beat"), n: count, load: workerLoadSchema }),
  z.strictObject({ type: z.literal("launched"), attempt, handle: z.string().max(300) }),
  z.strictObject({
    type: z.literal("not-launched"),
    attempt,
    reason: z.enum(reasons),
    retriable: z.boolean(),
    message: z.string().max(10_000),
  }),
  z.strictObject({ type: z.literal("started"), attempt }),
  z.strictObject({
    type: z.literal("progress"),
    attempt,
    done: z.number(),
    total: z.number().optional(),
    message: z.string().max(2000).optional(),
  }),
  z.strictObject({ type: z.literal("usage"), attempt, cpuMs: amount, memoryBytes: amount }),
  z.strictObject({ type: z.literal("word"), word: attemptWordSchema }),
  /** Said again after an `attach` until it is answered. */
  z.strictObject({ type: z.literal("call"), attempt, ...callSchema.shape }),
  /** The cell waits for nothing but these calls: its process stands still until one is answered, and its place is free. */
  z.strictObject({ type: z.literal("parked"), attempt, calls: z.array(count) }),
  /** It takes nothing new, or again something. */
  z.strictObject({ type: z.literal("drain"), on: z.boolean() }),
  /** It goes away and comes back no more by itself: its row may be kept, its attempts are over. */
  z.strictObject({ type: z.literal("leave") }),
]);
export type WorkerMessage = z.infer<typeof workerMessageSchema>;

const inputSchema = z.union([
  z.strictObject({ absent: z.literal(true) }),
  z.strictObject({ list: z.array(workerValueSchema) }),
  workerValueSchema,
]);

export const workerRequestSchema = z.strictObject({
  taskRunId: z.string().max(400),
  attempt: count,
  workspaceId: word,
  notebookId: z.string().optional(),
  run: z.strictObject({
    id: z.string(),
    workspaceId: word,
    notebookId: z.string().optional(),
    notebook: z.string(),
    trigger: z.string(),
    params: z.record(z.string(), json),
    logicalDate: z.string().optional(),
  }),
  outcome: z.custom<RunOutcome>((value) => typeof value === "object" && value !== null).optional(),
  taskKey: z.string(),
  mapIndex: count.optional(),
  mode: z.enum(["task", "expand"]),
  program: z.strictObject({
    hash: z.string(),
    code: z.string(),
    lines: z.array(z.strictObject({ line: count, count, cell: z.string(), cellKey: z.string(), cellLine: count })),
  }),
  inputs: z.record(z.string(), inputSchema),
  params: z.record(z.string(), json),
  secrets: z.record(z.string(), z.string()),
  limits: z.strictObject({ cpu: z.number(), memory: z.number(), gpu: z.number(), timeoutMs: z.number() }),
  isolation: z.enum(["run", "process", "container"]),
  network: z.boolean(),
  image: z.string().optional(),
  /** Hash of the lock of the notebook's packages: fetched from the server and installed before it is launched. */
  environment: hash.optional(),
});
export type WorkerRequest = z.infer<typeof workerRequestSchema>;

/** A file of the workspace's data folder that the attempt names. */
const dataFileSchema = z.strictObject({ path: z.string().max(1000), hash: z.union([hash, z.literal("missing")]) });
export type WorkerDataFile = z.infer<typeof dataFileSchema>;

/** Opens the values and data files of this attempt, and nothing else, while the server holds it. */
const token = z.string().max(100);

export const workerOrderSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("welcome"),
    workspaceId: word,
    /** The server believes in an attempt for this long after the beat that it last heard. */
    leaseMs: z.number().positive(),
    draining: z.boolean(),
  }),
  z.strictObject({ type: z.literal("beat"), n: count, attempts: z.array(attempt) }),
  z.strictObject({ type: z.literal("launch"), attempt, token, request: workerRequestSchema, data: z.array(dataFileSchema) }),
  /** This attempt is wanted: say again what was not acknowledged, then go on. */
  z.strictObject({ type: z.literal("attach"), attempt, token }),
  z.strictObject({ type: z.literal("stop"), attempt, reason: stopReason }),
  /** Nothing about this attempt is taken any more (what HTTP calls 409): kill it and forget its words. */
  z.strictObject({ type: z.literal("refused"), attempt, status: z.literal(409), reason: z.enum(reasons) }),
  z.strictObject({ type: z.literal("ack"), attempt, n: count }),
  /** What became of a call. The attempt's token opens the values that it names from then on. */
  z.strictObject({ type: z.literal("answer"), attempt, call: count, answer: callAnswerSchema }),
  z.strictObject({ type: z.literal("release"), run: z.string() }),
  z.strictObject({ type: z.literal("drain"), on: z.boolean() }),
]);
export type WorkerOrder = z.infer<typeof workerOrderSchema>;

/** Answer of GET /api/worker/environment: what a worker installs before it connects. */
export const workerEnvironmentSchema = z.strictObject({
  hash,
  /** package.json and package-lock.json, as text. */
  manifest: z.string(),
  lock: z.string(),
  leaseMs: z.number().positive(),
});
/** Answer of GET /api/worker/environments/<hash>: packages of a notebook's own, of the worker's workspace. */
export const workerLockSchema = workerEnvironmentSchema.omit({ leaseMs: true });
export type WorkerEnvironment = z.infer<typeof workerEnvironmentSchema>;
