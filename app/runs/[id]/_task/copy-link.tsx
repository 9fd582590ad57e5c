"use client";
import { useToast } from "../../../_ui/toast";
import styles from "./task.module.css";

/** Words that copy an address when pressed. */
export function CopyLink({ label, href }: { readonly label: string; readonly href: string }) {
  const toast = useToast();
  const copy = async () => {
    await navigator.clipboard.writeText(new URL(href, location.href).href);
    toast({ text: `Copied the link to “${label}”.` });
  };
  return (
    <button type="button" className={styles.copyLink} title="Copy the link to this task" onClick={() => void copy()}>
      {label}
    </button>
  );
}
