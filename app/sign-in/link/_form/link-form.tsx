"use client";
/** Uses up the one-time link, then lets its owner choose a name, an e-mail and a password, now or later. */
import Link from "next/link";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Button } from "../../../_ui/button";
import { Field, Input } from "../../../_ui/field";
import { Notice } from "../../../_ui/notice";
import styles from "../../_form/sign-in-form.module.css";

type Stage = { readonly type: "opening" } | { readonly type: "refused"; readonly message: string } | { readonly type: "open" };

export function LinkForm() {
  const [stage, setStage] = useState<Stage>({ type: "opening" });
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const opened = useRef(false);

  useEffect(() => {
    // It works once: never twice because React renders twice in development.
    if (opened.current) return;
    opened.current = true;
    const token = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    void post("workspace.openLink", { token }).then((message) =>
      setStage(message === undefined ? { type: "open" } : { type: "refused", message }),
    );
  }, []);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    setBusy(true);
    setFault(undefined);
    const message =
      (await post("workspace.rename", { name: text("name"), email: text("email") })) ??
      (await post("workspace.changePassword", { next: text("password") }));
    if (message === undefined) location.assign("/notebooks");
    else {
      setFault(message);
      setBusy(false);
    }
  };

  if (stage.type !== "open") {
    return (
      <main className={styles.page}>
        <div className={styles.form}>
          <div className={styles.head}>
            <h1>Heddle</h1>
            <p>{stage.type === "opening" ? "Signing you in…" : "This link does not work."}</p>
          </div>
          {stage.type === "refused" && <Notice look="failed">{stage.message}</Notice>}
        </div>
      </main>
    );
  }
  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <div className={styles.head}>
          <h1>Welcome to Heddle</h1>
          <p>You are signed in as the owner. Choose how you will sign in next time.</p>
        </div>
        {fault !== undefined && <Notice look="failed">{fault}</Notice>}
        <Field label="Name">{(control) => <Input {...control} name="name" autoComplete="name" required autoFocus />}</Field>
        <Field label="E-mail">{(control) => <Input {...control} name="email" type="email" autoComplete="username" required />}</Field>
        <Field label="Password">
          {(control) => (
            <Input {...control} name="password" type="password" autoComplete="new-password" minLength={8} maxLength={128} required />
          )}
        </Field>
        <Button look="primary" type="submit" className={styles.submit} disabled={busy}>
          {busy ? "Saving…" : "Save and open Heddle"}
        </Button>
        <p className={styles.help}>
          <Link href="/notebooks">Not now</Link>: the terminal prints a new link at every start, until there is a password.
        </p>
      </form>
    </main>
  );
}

/** Undefined when it worked, otherwise the sentence to show. */
async function post(procedure: string, input: unknown): Promise<string | undefined> {
  try {
    const response = await fetch(`/api/trpc/${procedure}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input),
    });
    if (response.ok) return undefined;
    const answer = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
    return answer?.error?.message ?? `The server refused (${response.status}). Try again.`;
  } catch {
    return "The server does not answer. Is Heddle still running?";
  }
}
