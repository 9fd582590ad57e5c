"use client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import styles from "./small-parts.module.css";

/** Eight characters of an id or hash; a click copies all of it. */
export function CopyableId({ id, length = 8 }: { readonly id: string; readonly length?: number }) {
  const [copied, setCopied] = useState(false);
  const short = id.slice(0, length);
  const copy = async () => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button
      type="button"
      className={styles.id}
      onClick={() => void copy()}
      title={`${id} (click to copy)`}
      aria-label={copied ? `Copied ${short}` : `Copy ${short}: ${id}`}
    >
      {short}
      {copied ? <Check size={12} /> : <Copy size={12} />}
    </button>
  );
}
