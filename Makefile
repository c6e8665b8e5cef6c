# What README promises, and what a developer needs: each target installs and builds what is missing and nothing else.
.PHONY: demo test build debug dependencies clean bench format lint fuzz reference accuracy accuracy-live

SEEP := .build/release/seep

demo: build
	.ci/demo $(SEEP)

# One test at a time: many of them block a thread for a while, and of threads there are as few as cores. The tests that run the whole
# program come by themselves; then a minute of fuzzing. What fails is run once more by itself, and both are told: servers, PostgreSQL and
# these tests share two cores, and a limit of time may pass.
test: debug
	@.ci/dependencies test
	SEEP_STRICT=1 .ci/test --again --skip SeepTests
	SEEP_STRICT=1 .ci/test --again --filter SeepTests
	SEEP_STRICT=1 SEEP_FUZZ_SECONDS=$${SEEP_FUZZ_SECONDS:-60} .ci/test --filter ResponseFuzz

# Ten minutes of made responses for the parser of the direct transport, from another seed each day.
fuzz: debug
	SEEP_FUZZ_SECONDS=$${SEEP_FUZZ_SECONDS:-600} SEEP_FUZZ_SEED=$${SEEP_FUZZ_SEED:-$$(date +%Y%m%d)} swift test --skip-build --filter ResponseFuzz

build: dependencies
	swift build --configuration release --product seep
	swift build --configuration release --product leaky

debug: dependencies
	SEEP_STRICT=1 swift build --build-tests

dependencies:
	@.ci/dependencies

# BENCH_QUICK=1: two minutes instead of twenty-five, and docs/performance.md stays as it is.
bench:
	.ci/dependencies bench
	Benchmarks/run

# The real servers in full, some hours: results/reference and docs/advice.md. FLAGS="--resume" goes on, "--quick" leaves long idles out.
reference: build
	.ci/reference $(FLAGS)

# Generated runs of every shape beside what people use: results/accuracy/generated.md, some ten minutes on two cores.
accuracy: dependencies
	swift build --configuration release --product seep-accuracy
	nice .build/release/seep-accuracy --into results/accuracy

# Every shape of leaky and the Django scenario, ten live runs of each: some three hours, and it goes on where it was ended.
accuracy-live: build
	.ci/accuracy-live $(ACCURACY_LIVE)

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift Benchmarks/Sources Benchmarks/Package.swift

lint:
	swift format lint --strict --recursive --parallel Sources Tests Package.swift Benchmarks/Sources Benchmarks/Package.swift

clean:
	rm -rf .build Benchmarks/.build
