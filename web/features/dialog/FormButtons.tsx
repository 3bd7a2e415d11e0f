interface Properties {
  submit: string;
  isSending: boolean;
  /** "next" for the yellow one, "bad" for what cannot be undone. */
  kind?: "next" | "bad" | undefined;
  cancel?: string | undefined;
  onCancel?: (() => void) | undefined;
}

/** The buttons at the end of a form. */
export function FormButtons({ submit, isSending, kind, cancel, onCancel }: Properties) {
  return (
    <div className="acts">
      <button type="submit" className={kind ? `btn ${kind}` : "btn"} disabled={isSending}>
        {submit}
      </button>
      {cancel && (
        <button type="button" className="btn quiet" onClick={onCancel}>
          {cancel}
        </button>
      )}
    </div>
  );
}
