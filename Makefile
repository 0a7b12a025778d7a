# Every target but `test` is an npm script: those run on the pinned Node, whatever the machine brings.
SCRIPTS := demo check e2e bench campaign peers generate pack

.PHONY: test $(SCRIPTS)

# Set-up, check, unit and e2e tests; ends with the line "N passed, N failed".
test:
	@sh test/set-up.sh
	@$(MAKE) --no-print-directory node_modules/.package-lock.json
	@npm run --silent test:all

$(SCRIPTS): node_modules/.package-lock.json
	@npm run $@

node_modules/.package-lock.json: package-lock.json
	npm ci
	@touch $@
