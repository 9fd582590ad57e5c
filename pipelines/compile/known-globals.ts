/** Names that a cell finds without defining them: JavaScript's own and Node's. */
export const knownGlobals: ReadonlySet<string> = new Set(
  (
    "AbortController AbortSignal AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Blob Boolean " +
    "BroadcastChannel Buffer ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto CryptoKey CustomEvent " +
    "DataView Date DecompressionStream DOMException Error EvalError Event EventTarget File FinalizationRegistry Float32Array " +
    "Float64Array FormData Function Headers Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math " +
    "MessageChannel MessageEvent MessagePort NaN Number Object Performance PerformanceEntry PerformanceObserver Promise Proxy " +
    "RangeError ReadableStream ReferenceError Reflect RegExp Request Response Set SharedArrayBuffer String SubtleCrypto " +
    "Symbol SyntaxError TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream TypeError URIError URL " +
    "URLSearchParams Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly WebSocket " +
    "WritableStream atob btoa clearImmediate clearInterval clearTimeout console crypto decodeURI decodeURIComponent " +
    "encodeURI encodeURIComponent escape eval fetch global globalThis isFinite isNaN navigator parseFloat parseInt " +
    "performance process queueMicrotask require setImmediate setInterval setTimeout structuredClone undefined unescape"
  ).split(" "),
);
