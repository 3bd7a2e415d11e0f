# core: the API, the relay and the migrations run from this image.
FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /venv
COPY requirements.lock infra/docker/core.lock ./
RUN pip install --no-cache-dir "$(grep -o '^uv==[0-9.]*' requirements.lock)" \
 && uv pip install --no-cache --python /venv/bin/python --require-hashes -r core.lock
COPY contracts contracts
COPY services/core services/core
RUN uv pip install --no-cache --python /venv/bin/python --no-deps ./contracts ./services/core \
 && /venv/bin/python -m compileall -q /venv/lib

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home ongoza \
 && install -d -o ongoza -m 700 /files /uploads
COPY --from=build /venv /venv
COPY infra/gunicorn.conf.py /app/infra/gunicorn.conf.py
WORKDIR /app
USER ongoza
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 CORE_HOST=0.0.0.0
EXPOSE 8000
CMD ["gunicorn", "core.config.wsgi", "-c", "infra/gunicorn.conf.py"]
