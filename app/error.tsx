"use client";
import { Button } from "./_ui/button";
import { EmptyState } from "./_ui/notice";

export default function PageError({ error, reset }: { readonly error: Error; readonly reset: () => void }) {
  return (
    <EmptyState
      title="This page broke"
      actions={
        <Button look="primary" onClick={reset}>
          Draw it again
        </Button>
      }
    >
      {error.message} What was saved is safe, and runs go on.
    </EmptyState>
  );
}
