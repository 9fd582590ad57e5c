/** Turns values as a task process announced them into references whose bytes the server itself has hashed. */
import { createHash } from "node:crypto";
import type { WireValue } from "@/pipelines/protocol/messages";
import type { ValueRef } from "@/pipelines/run/run";
import type { ValueStore } from "@/server/artifact/store";
import { StoreFault } from "@/server/artifact/store-fault";

const mostInline = 64 * 1024;
const mostPreview = 400_000;

export class ValueKeeper {
  constructor(
    private readonly store: ValueStore,
    private readonly workspaceId: string,
    private readonly scratch: string,
    private readonly log: (message: string) => void,
  ) {}

  /** Small values stay inline and touch no file; only a larger preview is laid beside, behind the caller's back. */
  keep(value: WireValue): ValueRef | Promise<ValueRef> {
    if (value.inline === undefined) return this.take(value);
    const bytes = Buffer.from(value.inline, "base64");
    if (bytes.length > mostInline || bytes.length !== value.bytes) throw new StoreFault("An inline value is not what was announced.");
    const hash = createHash("sha256").update(bytes).digest("hex");
    void this.keepPreview(value, hash);
    return this.reference(value, hash, bytes.length, value.inline);
  }

  private async take(value: WireValue): Promise<ValueRef> {
    if (value.file === undefined) throw new StoreFault("A value came with neither bytes nor a file.");
    const { hash, bytes } = await this.store.take(this.workspaceId, this.scratch, value.file, value.bytes);
    await this.keepPreview(value, hash);
    return this.reference(value, hash, bytes, undefined);
  }

  /** A missing preview is a pity, not a failure. */
  private async keepPreview({ previewText }: WireValue, hash: string): Promise<void> {
    if (previewText === undefined || previewText.length > mostPreview) return;
    await this.store
      .putPreview(this.workspaceId, hash, previewText)
      .catch((error: unknown) => this.log(`A preview was not kept: ${String(error)}`));
  }

  private reference(value: WireValue, hash: string, bytes: number, inline: string | undefined): ValueRef {
    const { codec, summary, preview } = value;
    return {
      hash,
      bytes,
      codec,
      summary,
      ...(inline === undefined ? {} : { inline }),
      ...(preview === undefined ? {} : { preview: preview as never }),
    };
  }
}
