"use client";
import { useState, type FormEvent } from "react";
import { Button } from "../../_ui/button";
import { Field, Input } from "../../_ui/field";
import { Notice } from "../../_ui/notice";
import styles from "./sign-in-form.module.css";

export function SignInForm({ next }: { readonly next: string }) {
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFault(undefined);
    const problem = await signIn(String(form.get("email")), String(form.get("password")));
    // A whole new page: the socket must be opened with the new cookie.
    if (problem === undefined) location.assign(next);
    else {
      setFault(problem);
      setBusy(false);
    }
  };

  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <div className={styles.head}>
          <h1>Heddle</h1>
          <p>Sign in to your workspace.</p>
        </div>
        {fault !== undefined && <Notice look="failed">{fault}</Notice>}
        <Field label="E-mail">
          {(control) => <Input {...control} name="email" type="email" autoComplete="username" required autoFocus />}
        </Field>
        <Field label="Password">
          {(control) => <Input {...control} name="password" type="password" autoComplete="current-password" required />}
        </Field>
        <Button look="primary" type="submit" className={styles.submit} disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </Button>
        <p className={styles.help}>
          First time here? When Heddle starts, it prints a one-time link in the terminal. Open it on this computer to sign in as the owner,
          then set a password in Settings.
        </p>
      </form>
    </main>
  );
}

/** Undefined when it worked, otherwise the sentence to show. */
async function signIn(email: string, password: string): Promise<string | undefined> {
  try {
    const response = await fetch("/api/trpc/workspace.signIn", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password }),
    });
    if (response.ok) return undefined;
    const answer = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
    return (
      answer?.error?.message ?? `The server could not sign you in (${response.status}). Try again, and look at its terminal if it stays so.`
    );
  } catch {
    return "The server does not answer. Is Heddle still running?";
  }
}
