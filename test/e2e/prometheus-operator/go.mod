// The Prometheus Operator, for its CRD of PodMonitor only: nothing of it is built.
module rollcall/test/e2e/prometheus-operator

go 1.24

require github.com/prometheus-operator/prometheus-operator v0.82.0
