/** A value on its way out: inline while it is small, else a file that the server moves into the store. */
import { copyFileSync, statSync } from "node:fs";
import type { WireValue } from "@/pipelines/protocol/messages";
import type { ClassRegistry } from "../values/class-registry";
import { encodeValue } from "../values/encode";
import type { Extensions } from "../values/extensions";
import { toJsonTree } from "../values/json-tree";
import { previewOf } from "../values/preview";
import { summarize } from "../values/summary";
import { codec } from "../values/tree";
import type { Scratch } from "./scratch";

export const mostInline = 64 * 1024;
/** Together: a fan-out of many middling values must not become one enormous message. */
const mostInlineTogether = 8 * 1024 * 1024;
const mostPreviewInline = 2048;

export class WireMaker {
  private inlined = 0;

  constructor(
    private readonly scratch: Scratch,
    private readonly classes: ClassRegistry,
    private readonly extensions: Extensions,
  ) {}

  value(name: string, value: unknown): WireValue {
    const { bytes, chunks } = encodeValue(name, value, this.classes, this.extensions);
    if (!isScalar(value)) return this.place(bytes, chunks, codec, summarize(value), previewText(value));
    // Headlines and the API read numbers and words from here: the server decodes no value.
    return { ...this.place(bytes, chunks, codec, summarize(value), undefined), preview: { type: "tree", ...toJsonTree(value, 1000) } };
  }

  /** Bytes as they are: artifacts that people download. */
  raw(bytes: Uint8Array): WireValue {
    return this.place(bytes.length, [bytes], "bytes", summarizeBytes(bytes.length), undefined);
  }

  file(path: string): WireValue {
    const reserved = this.scratch.reserve();
    copyFileSync(path, reserved.path);
    const bytes = statSync(reserved.path).size;
    return { bytes, codec: "bytes", file: reserved.file, summary: summarizeBytes(bytes) };
  }

  private place(bytes: number, chunks: readonly Uint8Array[], valueCodec: string, summary: string, preview: string | undefined): WireValue {
    const value: WireValue = { bytes, codec: valueCodec, summary };
    if (bytes <= mostInline && this.inlined + bytes <= mostInlineTogether) {
      this.inlined += bytes;
      value.inline = (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString("base64");
    } else value.file = this.scratch.write(chunks);
    if (preview !== undefined) {
      if (preview.length <= mostPreviewInline) value.preview = JSON.parse(preview) as never;
      else value.previewText = preview;
    }
    return value;
  }
}

function previewText(value: unknown): string | undefined {
  try {
    return JSON.stringify(previewOf(value));
  } catch {
    // A value whose getters throw can still travel; it just cannot be shown.
    return undefined;
  }
}

function isScalar(value: unknown): boolean {
  return value === null || (typeof value !== "object" && !(typeof value === "string" && value.length > 100));
}

function summarizeBytes(bytes: number): string {
  return bytes < 10_000 ? `${bytes} bytes` : bytes < 10_000_000 ? `${(bytes / 1e3).toFixed(0)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
