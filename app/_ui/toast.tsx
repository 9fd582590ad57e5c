"use client";
/** Short words about what has just happened, with at most one action ("Undo"). */
import { X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { createContext, use, useCallback, useState, type ReactNode } from "react";
import { Button, IconButton } from "./button";
import { classNames } from "./class-names";
import styles from "./toast.module.css";

export interface ToastRequest {
  readonly text: ReactNode;
  readonly failed?: boolean;
  readonly action?: { readonly label: string; readonly onSelect: () => void };
}

const ToastContext = createContext<(toast: ToastRequest) => void>(() => undefined);

/** `const toast = useToast(); toast({ text: "Deleted “Cars”.", action: { label: "Undo", onSelect } })` */
export function useToast(): (toast: ToastRequest) => void {
  return use(ToastContext);
}

let counter = 0;

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly (ToastRequest & { id: number })[]>([]);
  const show = useCallback((toast: ToastRequest) => {
    counter += 1;
    const id = counter;
    setToasts((all) => [...all.slice(-2), { ...toast, id }]);
  }, []);
  const close = (id: number) => setToasts((all) => all.filter((toast) => toast.id !== id));
  return (
    <ToastContext value={show}>
      <Radix.Provider duration={8000} swipeDirection="right">
        {children}
        {toasts.map((toast) => (
          <Radix.Root
            key={toast.id}
            className={classNames(styles.toast, toast.failed && styles.failed)}
            type={toast.failed ? "foreground" : "background"}
            onOpenChange={(open) => !open && close(toast.id)}
          >
            <Radix.Description className={styles.text}>{toast.text}</Radix.Description>
            {toast.action && (
              <Radix.Action asChild altText={toast.action.label}>
                <Button small onClick={toast.action.onSelect}>
                  {toast.action.label}
                </Button>
              </Radix.Action>
            )}
            <Radix.Close asChild>
              <IconButton label="Dismiss" small>
                <X size={14} />
              </IconButton>
            </Radix.Close>
          </Radix.Root>
        ))}
        <Radix.Viewport className={styles.viewport} />
      </Radix.Provider>
    </ToastContext>
  );
}
