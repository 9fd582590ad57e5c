"use client";
/** What somebody is asked: the text, the form, approve or reject with a comment. Faults stand beside their fields. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useMemo, useState } from "react";
import type { z } from "zod";
import type { Json } from "@/pipelines/compile/dag";
import { parseForm, validateAnswer } from "@/pipelines/compile/parse-form";
import { MarkdownText } from "../_displays/markdown-text";
import { ParamControl } from "../_params/param-control";
import { useTRPC } from "../_trpc/client";
import type { InboxItem } from "../_trpc/outputs";
import { Button } from "../_ui/button";
import { Field, TextArea } from "../_ui/field";
import { RelativeTime } from "../_ui/times";
import { useToast } from "../_ui/toast";
import styles from "./answer-form.module.css";

type JsonValue = z.infer<ReturnType<typeof z.json>>;

export function AnswerForm({ item, onAnswered }: { readonly item: InboxItem; readonly onAnswered?: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const fields = useMemo(() => {
    const form = parseForm(item.form);
    return "fields" in form ? form.fields : [];
  }, [item.form]);
  const [given, setGiven] = useState<Readonly<Record<string, Json>>>({});
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const checked = validateAnswer(fields, given);
  const faults = new Map("faults" in checked ? checked.faults.map(({ name, message }) => [name, message]) : []);
  const answer = useMutation(
    trpc.run.answer.mutationOptions({
      onSuccess: (_, { approved }) => {
        toast({ text: `${approved ? "Approved" : "Rejected"} “${item.title}” of run #${item.runNumber}.` });
        onAnswered?.();
      },
      onError: (error) => toast({ failed: true, text: `Not answered. ${error.message}` }),
      onSettled: () => void queries.invalidateQueries({ queryKey: trpc.run.inbox.queryKey() }),
    }),
  );
  const send = (approved: boolean) => {
    if (approved && faults.size > 0) return setTried(true);
    answer.mutate({
      taskRunId: item.taskRunId,
      approved,
      values: approved ? (given as Record<string, JsonValue>) : {},
      ...(note.trim() !== "" && { note: note.trim() }),
    });
  };
  return (
    <form
      className={styles.form}
      aria-label={`Answer for ${item.title}`}
      onSubmit={(event) => {
        event.preventDefault();
        send(true);
      }}
    >
      {item.body.trim() !== "" && <MarkdownText text={item.body} />}
      {item.mine ? (
        <>
          {fields.length > 0 && (
            <div className={styles.fields}>
              {fields.map((field) => (
                <Field key={field.name} label={field.name} fault={tried ? faults.get(field.name) : undefined}>
                  {(control) => (
                    <ParamControl
                      param={field}
                      value={given[field.name] ?? (field.required ? "" : field.default)}
                      onChange={(value) =>
                        setGiven(({ [field.name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [field.name]: value }))
                      }
                      {...control}
                    />
                  )}
                </Field>
              ))}
            </div>
          )}
          <Field label="Comment">
            {(control) => (
              <TextArea {...control} rows={2} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
            )}
          </Field>
          <div className={styles.buttons}>
            <Button type="submit" look="primary" disabled={answer.isPending}>
              <Check size={14} /> Approve
            </Button>
            <Button look="danger" disabled={answer.isPending} onClick={() => send(false)}>
              <X size={14} /> Reject
            </Button>
            {item.dueAt !== undefined && (
              <span className={styles.quiet}>
                Fails without an answer <RelativeTime at={item.dueAt} />
              </span>
            )}
          </div>
        </>
      ) : (
        <p className={styles.quiet}>
          Waits for an answer of {item.assignees.length > 0 ? item.assignees.join(", ") : "somebody who may run things"}.
        </p>
      )}
    </form>
  );
}
