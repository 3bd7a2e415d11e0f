"""Topics as code: what the catalogue says, compared with what a Kafka cluster has, and applied."""
