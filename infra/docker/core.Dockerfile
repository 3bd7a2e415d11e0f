# core: the API, the relay, the jobs and the migrations run from this image.
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
COPY requirements.lock infra/docker/core.lock ./
# Two environments, because the image needs neither pip nor uv.
RUN python3 -m venv /tools && python3 -m venv --without-pip /venv \
 && awk '/^[^ ]/ { wanted = /^uv==/ } wanted' requirements.lock > uv.lock \
 && /tools/bin/pip install --no-cache-dir --cert "$CERTIFICATES" --require-hashes -r uv.lock \
 && SSL_CERT_FILE="$CERTIFICATES" /tools/bin/uv pip install --no-cache --python /venv/bin/python --require-hashes -r core.lock
COPY contracts contracts
COPY ops ops
COPY services/core services/core
# Then delete what nothing reads here: tests, sources of translations, what AWS has beside files.
RUN SSL_CERT_FILE="$CERTIFICATES" /tools/bin/uv pip install --no-cache --python /venv/bin/python --no-deps ./contracts ./ops ./services/core \
 && cd /venv/lib/python3.*/site-packages \
 && find . -type d -name tests -prune -exec rm -r {} + \
 && find . -name '*.po' -delete \
 && find botocore/data -mindepth 1 -maxdepth 1 -type d ! -name s3 ! -name sts -exec rm -r {} + \
 && rm -r boto3/examples \
 && /venv/bin/python -m compileall -q /venv/lib

FROM python
RUN install -d -o ongoza -m 700 /files /uploads
COPY --from=build /venv /venv
COPY infra/gunicorn.conf.py /app/infra/gunicorn.conf.py
WORKDIR /app
USER ongoza
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 CORE_HOST=0.0.0.0
EXPOSE 8000
CMD ["gunicorn", "core.config.wsgi", "-c", "infra/gunicorn.conf.py"]
