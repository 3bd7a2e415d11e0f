# core: the API, the relay and the migrations run from this image.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir uv
COPY requirements.lock pyproject.toml ./
COPY contracts contracts
COPY services/core services/core
# Only what core declares, at the versions of the lock.
RUN /venv/bin/uv pip install --python /venv/bin/python --no-cache \
      --constraints requirements.lock ./contracts ./services/core

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home ongoza
COPY --from=build /venv /venv
COPY infra/gunicorn.conf.py /app/infra/gunicorn.conf.py
WORKDIR /app
USER ongoza
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 CORE_HOST=0.0.0.0
EXPOSE 8000
CMD ["gunicorn", "core.config.wsgi", "-c", "infra/gunicorn.conf.py"]
