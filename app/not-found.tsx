import { EmptyState } from "./_ui/notice";
import { LinkButton } from "./_ui/button";

export default function NotFound() {
  return (
    <EmptyState
      title="There is nothing at this address"
      actions={
        <LinkButton href="/notebooks" look="primary">
          Open the notebooks
        </LinkButton>
      }
    >
      It may have been deleted, or the link is not whole.
    </EmptyState>
  );
}
