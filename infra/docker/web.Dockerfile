# web: what people see. The image holds the server that Next.js traced, without node_modules.
FROM node:24-alpine AS build
WORKDIR /build
ENV NEXT_TELEMETRY_DISABLED=1
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web .
RUN node node_modules/next/dist/bin/next build \
 && cp -r .next/static .next/standalone/.next/ && cp -r public .next/standalone/

FROM node:24-alpine
RUN adduser -S -D -H -u 10001 ongoza
WORKDIR /app
COPY --from=build /build/.next/standalone ./
USER ongoza
ENV NODE_ENV=production HOSTNAME=0.0.0.0 PORT=3000
EXPOSE 3000
CMD ["node", "server.js"]
