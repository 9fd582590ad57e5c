/**
 * Framing of every socket and pipe between server, harness and task process:
 * [u32 header bytes][u32 payload bytes][header: JSON, UTF-8][payload]. Big-endian.
 */
export interface Frame {
  readonly header: unknown;
  readonly payload: Uint8Array;
}

/** A peer that announces more than this is broken or hostile. */
export const maxFrameBytes = 128 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const nothing = new Uint8Array(0);

export function encodeFrame(header: unknown, payload: Uint8Array = nothing): Uint8Array {
  const text = encoder.encode(JSON.stringify(header));
  const frame = new Uint8Array(8 + text.length + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, text.length);
  view.setUint32(4, payload.length);
  frame.set(text, 8);
  if (payload.length > 0) frame.set(payload, 8 + text.length);
  return frame;
}

export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Cuts a byte stream back into frames. Bytes are joined once per frame, however many chunks brought them. */
export class FrameReader {
  private chunks: Uint8Array[] = [];
  private available = 0;
  private needed = 8;

  constructor(private readonly limit = maxFrameBytes) {}

  push(chunk: Uint8Array): Frame[] {
    this.chunks.push(chunk);
    this.available += chunk.length;
    const frames: Frame[] = [];
    if (this.available < this.needed) return frames;
    const bytes = this.chunks.length === 1 ? chunk : join(this.chunks, this.available);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    this.needed = 8;
    while (bytes.length - at >= 8) {
      const headerBytes = view.getUint32(at);
      const payloadBytes = view.getUint32(at + 4);
      if (headerBytes + payloadBytes > this.limit) {
        throw new FrameError(`A frame of ${headerBytes + payloadBytes} bytes is over the limit of ${this.limit}.`);
      }
      const end = at + 8 + headerBytes + payloadBytes;
      if (end > bytes.length) {
        this.needed = end - at;
        break;
      }
      const start = at + 8;
      frames.push({
        header: JSON.parse(decoder.decode(bytes.subarray(start, start + headerBytes))) as unknown,
        payload: bytes.subarray(start + headerBytes, end),
      });
      at = end;
    }
    const rest = bytes.subarray(at);
    this.chunks = rest.length > 0 ? [rest] : [];
    this.available = rest.length;
    return frames;
  }
}

function join(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
