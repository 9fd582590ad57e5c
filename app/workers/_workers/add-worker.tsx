"use client";
import { useMutation } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTRPC } from "../../_trpc/client";
import { Button, IconButton } from "../../_ui/button";
import { Dialog } from "../../_ui/dialog";
import { Field, Input } from "../../_ui/field";
import { useToast } from "../../_ui/toast";
import { workerCommand } from "./worker-command";
import styles from "./workers.module.css";

/** Makes a token and the command that goes with it. */
export function AddWorker({ open, onOpenChange }: { readonly open: boolean; readonly onOpenChange: (open: boolean) => void }) {
  const [command, setCommand] = useState<string>();
  const close = (next: boolean) => {
    if (!next) setCommand(undefined);
    onOpenChange(next);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      wide
      title="Add a worker"
      text="A worker takes the cells of its pools to its own machine. It speaks https to this server, and sees the values and secrets of the tasks that it runs."
    >
      {command === undefined ? <Form onMade={setCommand} /> : <Made command={command} />}
    </Dialog>
  );
}

function Form({ onMade }: { readonly onMade: (command: string) => void }) {
  const trpc = useTRPC();
  const create = useMutation(trpc.workspace.createToken.mutationOptions());
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const pool = String(data.get("pool")).trim();
    create.mutate(
      { name: `Worker for ${pool}`, scope: "worker" },
      { onSuccess: ({ token }) => onMade(workerCommand({ origin: location.origin, token, pool })) },
    );
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field label="Pool" hint="Cells with pool=<this name> go to the worker." fault={create.error?.message}>
        {(control) => (
          <Input {...control} name="pool" required defaultValue="gpu" pattern="[A-Za-z0-9][\-\w.]*" maxLength={100} autoComplete="off" />
        )}
      </Field>
      <Button type="submit" look="primary" disabled={create.isPending}>
        Make its token
      </Button>
    </form>
  );
}

function Made({ command }: { readonly command: string }) {
  const toast = useToast();
  return (
    <div className={styles.made}>
      <p>
        Run this in a copy of Heddle on the other machine. <strong>The token is shown only this once</strong>; revoke it under Settings.
      </p>
      <div className={styles.command}>
        <code>{command}</code>
        <IconButton
          label="Copy the command"
          onClick={() => void navigator.clipboard.writeText(command).then(() => toast({ text: "Copied." }))}
        >
          <Copy size={14} />
        </IconButton>
      </div>
      <p className={styles.quiet}>It appears here as soon as it is connected. Ctrl-C there ends what it has, then leaves.</p>
    </div>
  );
}
