"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTRPC } from "../../_trpc/client";
import { Button, IconButton } from "../../_ui/button";
import { Field, Input, Select } from "../../_ui/field";
import { ErrorNotice, Notice, Skeleton } from "../../_ui/notice";
import { RelativeTime } from "../../_ui/times";
import { useToast } from "../../_ui/toast";
import styles from "./settings.module.css";

const scopes = [
  { value: "viewer", words: "viewer: read" },
  { value: "runner", words: "runner: read and run" },
  { value: "editor", words: "editor: and change notebooks" },
  { value: "owner", words: "owner: everything" },
  { value: "worker", words: "worker: run tasks elsewhere, nothing else" },
] as const;

export function TokensSection() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const tokens = useQuery(trpc.workspace.tokens.queryOptions());
  const [fresh, setFresh] = useState<string>();
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.workspace.tokens.queryKey() });
  const create = useMutation(
    trpc.workspace.createToken.mutationOptions({
      onSuccess: ({ token }) => {
        setFresh(token);
        void refresh();
      },
    }),
  );
  const revoke = useMutation(
    trpc.workspace.revokeToken.mutationOptions({
      onSuccess: () => {
        toast({ text: "Token revoked: it no longer opens anything." });
        void refresh();
      },
      onError: (error) => toast({ text: `Could not revoke the token: ${error.message}`, failed: true }),
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const days = Number(data.get("days"));
    create.mutate({
      name: String(data.get("name")),
      scope: scopes.find(({ value }) => value === data.get("scope"))?.value ?? "viewer",
      ...(days > 0 ? { days } : {}),
    });
  };
  return (
    <section className={styles.section}>
      <h2>API tokens</h2>
      <p className={styles.quiet}>
        For the command line and other programs: <code>heddle run notebook.ts --server URL</code> with the token.
      </p>
      <form className={styles.form} onSubmit={submit}>
        <Field label="Name" fault={create.error?.message}>
          {(control) => <Input {...control} name="name" required maxLength={100} placeholder="Nightly job" autoComplete="off" />}
        </Field>
        <Field label="May">
          {(control) => (
            <Select {...control} name="scope" defaultValue="runner">
              {scopes.map(({ value, words }) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Ends">
          {(control) => (
            <Select {...control} name="days" defaultValue="90">
              <option value="30">in 30 days</option>
              <option value="90">in 90 days</option>
              <option value="365">in a year</option>
              <option value="0">never</option>
            </Select>
          )}
        </Field>
        <Button type="submit" disabled={create.isPending}>
          Make a token
        </Button>
      </form>
      {fresh !== undefined && (
        <Notice>
          <strong>Copy it now: it is shown only this once.</strong>
          <div className={styles.token}>
            <span>{fresh}</span>
            <IconButton
              label="Copy the token"
              onClick={() => void navigator.clipboard.writeText(fresh).then(() => toast({ text: "Copied." }))}
            >
              <Copy size={14} />
            </IconButton>
          </div>
        </Notice>
      )}
      {tokens.error && <ErrorNotice doing="load the tokens" error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {tokens.isPending && <Skeleton height={44} />}
      <ul className={styles.list}>
        {tokens.data?.map((token) => (
          <li key={token.id} className={styles.row}>
            <span className={styles.grow}>
              <strong>{token.name}</strong> <code className={styles.quiet}>{token.prefix}…</code>
            </span>
            <span className={styles.quiet}>{token.scope}</span>
            <span className={styles.quiet}>
              {token.lastUsedAt === undefined ? (
                "never used"
              ) : (
                <>
                  used <RelativeTime at={token.lastUsedAt} />
                </>
              )}
            </span>
            <span className={styles.quiet}>
              {token.expiresAt === undefined ? (
                "does not end"
              ) : (
                <>
                  ends <RelativeTime at={token.expiresAt} />
                </>
              )}
            </span>
            <Button small look="danger" onClick={() => revoke.mutate({ id: token.id })}>
              Revoke
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
