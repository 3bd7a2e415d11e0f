import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useChange } from "@/features/actions/useChange";
import { Dialog } from "@/features/dialog/Dialog";
import { giveMentorConsent } from "./consents";
import type { ReflectionShared } from "./WriteReflection";

interface Properties {
  /** Of the reflection that is to be shared; null while none is. */
  id: string | null;
  shared: ReflectionShared;
  onShared?: () => void;
  onClose: () => void;
}

/** Asks for the consent that sharing needs, and shares. */
export function ShareConsent({ id, shared, onShared, onClose }: Properties) {
  const { texts } = shared;
  const { isSending, errors, run } = useChange();

  async function consent(): Promise<void> {
    const isShared = await run(async () => {
      await giveMentorConsent();
      await apiGateway.patch(`/coaching/reflections/${id}/`, { shared: true });
    });
    if (isShared) {
      onShared?.();
      onClose();
    }
  }

  return (
    <Dialog isOpen={id !== null} title={texts.consentTitle} onClose={onClose}>
      <p>{texts.consentText}</p>
      <Errors errors={errors} />
      <div className="acts">
        <button type="button" className="btn" disabled={isSending} onClick={consent}>
          {texts.consent}
        </button>
        <button type="button" className="btn quiet" onClick={onClose}>
          {texts.cancel}
        </button>
      </div>
    </Dialog>
  );
}
