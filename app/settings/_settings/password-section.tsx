"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTRPC } from "../../_trpc/client";
import { Button } from "../../_ui/button";
import { Field, Input } from "../../_ui/field";
import { useToast } from "../../_ui/toast";
import styles from "./settings.module.css";

export function PasswordSection({ email, hasPassword }: { readonly email: string | undefined; readonly hasPassword: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const [differ, setDiffer] = useState(false);
  const change = useMutation(
    trpc.workspace.changePassword.mutationOptions({
      onSuccess: () => {
        toast({ text: "Password set. Every other browser has been signed out." });
        void queries.invalidateQueries();
      },
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const next = String(data.get("next"));
    setDiffer(next !== data.get("again"));
    if (next !== data.get("again")) return;
    const current = String(data.get("current") ?? "");
    change.mutate({ next, ...(current === "" ? {} : { current }) }, { onSuccess: () => form.reset() });
  };
  return (
    <section className={styles.section}>
      <h2>Password</h2>
      <p className={styles.quiet}>
        {hasPassword
          ? `For signing in as ${email ?? "you"} with e-mail and password.`
          : "None is set yet: the link in the terminal is the only way in."}
      </p>
      <form className={styles.form} onSubmit={submit}>
        <input type="hidden" name="email" autoComplete="username" value={email ?? ""} readOnly />
        {hasPassword && (
          <Field label="Present password" hint="Not needed within 15 minutes of a sign-in by link">
            {(control) => <Input {...control} name="current" type="password" autoComplete="current-password" />}
          </Field>
        )}
        <Field label="New password" fault={change.error?.message}>
          {(control) => <Input {...control} name="next" type="password" autoComplete="new-password" required />}
        </Field>
        <Field label="New password again" fault={differ ? "The two are not the same." : undefined}>
          {(control) => <Input {...control} name="again" type="password" autoComplete="new-password" required />}
        </Field>
        <Button type="submit" disabled={change.isPending}>
          {change.isPending ? "Setting…" : "Set password"}
        </Button>
      </form>
    </section>
  );
}
