# One image with all programs: the processors, read-api, embedded-broker and the command line `tapefold`.
ARG SWIFT_VERSION=6.3.1

FROM swift:${SWIFT_VERSION}-bookworm AS build
RUN apt-get -qq update \
    && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        pkg-config librdkafka-dev libpq-dev libssl-dev zlib1g-dev libsimdjson-dev libmicrohttpd-dev libwslay-dev \
        libisal-dev libxxhash-dev libcurl4-openssl-dev libjemalloc-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /tapefold
COPY . .
RUN swift build -c release \
    && mkdir /programs \
    && cd "$(swift build -c release --show-bin-path)" \
    && cp tapefold market-processor positions-processor orders-processor analytics-processor notifications-processor \
        cash-processor cart-processor alerts-processor read-api embedded-broker /programs/

FROM swift:${SWIFT_VERSION}-bookworm-slim
RUN apt-get -qq update \
    && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        ca-certificates librdkafka1 libpq5 libssl3 zlib1g libsimdjson14 libmicrohttpd12 libwslay1 libisal2 libxxhash0 \
        libcurl4 libjemalloc2 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/tapefold tapefold
COPY --from=build /programs/ /usr/local/bin/
USER tapefold
WORKDIR /var/lib/tapefold
CMD ["tapefold", "--help"]
