package settings

// Ready returns nil when a buyer may pay with these settings, and otherwise an
// error that matches [ErrNotReady] and carries all [Faults]: what is missing
// for the environment ⑦, and what is wrong. What is wrong with the keys of the
// other environment is left out: it does not stop the shop.
//
// A webhook secret is needed unless SweepOnly says that there shall be none
// (SIG-03, SIG-04). Whether the method is enabled does not count here: a shop
// is made ready first and enabled then.
func (s Settings) Ready() error {
	idle := fieldsOf(Test)
	if s.Environment == Test {
		idle = fieldsOf(Live)
	}
	var found Faults
	for _, fault := range s.faults() {
		if !idle.has(fault.Field) {
			found = append(found, fault)
		}
	}
	if found = append(found, s.missing()...); len(found) > 0 {
		return notReady{found.sorted()}
	}
	return nil
}

func (s Settings) missing() Faults {
	if !s.Environment.Valid() {
		return nil // reported as such; there is no pair of keys to look at
	}
	var c checker
	keys, fields := s.Active(), fieldsOf(s.Environment)
	if keys.Publishable == "" {
		c.add(fields.publishable, CodeMissingPublishableKey, "")
	}
	if keys.Secret.IsZero() {
		c.add(fields.secret, CodeMissingSecretKey, "")
	}
	if len(keys.WebhookSecrets) == 0 && !keys.SweepOnly {
		c.add(fields.webhookSecrets, CodeMissingWebhookSecret, "")
	}
	return c.faults
}

// AccountMismatch compares ⑥ with the account that Stripe reported for the
// keys (LC-10, API-11, CUS-03), and returns the fault to show at ⑥ when it is
// another one. got is the id in the answer to GET /v1/account, asked with the
// secret key and, for [AuthConnect], on behalf of ⑥. This package makes no
// network calls: the caller asks. Without ⑥ there is nothing to compare; see
// [WarnAccountUnchecked].
func (s Settings) AccountMismatch(got string) Faults {
	if s.AccountID == "" || s.AccountID == got {
		return nil
	}
	detail := "?"
	if isAccountID(got) && len(got) <= maxAccountID {
		detail = got
	}
	return Faults{{Field: FieldAccountID, Code: CodeAccountDiffers, Detail: detail}}
}

// Warnings returns what works and the merchant should know all the same. The
// codes are of the kind [Warning]; nothing is refused because of them. They
// are not an error, so they are not [Faults].
func (s Settings) Warnings() []Fault {
	var c checker
	warn := func(when bool, field FieldID, code Code) {
		if when {
			c.add(field, code, "")
		}
	}
	keys, fields := s.Active(), fieldsOf(s.Environment)
	kind, _ := classify(keys.Secret.Reveal())

	warn(s.Regions.All, FieldRegions, WarnRegionAll)
	warn(s.AccountID == "" && s.Authentication != AuthConnect, FieldAccountID, WarnAccountUnchecked)
	warn(s.Enabled && s.Environment == Test, FieldEnvironment, WarnTestEnvironment)
	warn(s.Environment == Live && kind == kindSecret, fields.secret, WarnStandardKeyLive)
	warn(keys.SweepOnly && len(keys.WebhookSecrets) == 0, fields.sweepOnly, WarnSweepOnly)
	warn(keys.SweepOnly && len(keys.WebhookSecrets) > 0, fields.sweepOnly, WarnSweepOnlyUnused)
	for _, environment := range Environments() {
		_, misfits := misfit(s.Authentication, s.KeysFor(environment).Secret)
		warn(misfits && environment != s.Environment, fieldsOf(environment).secret, WarnOtherKeyKind)
	}
	warn(s.Capture == CaptureAutomatic, FieldCapture, WarnCaptureAutomatic)
	warn(s.SaveCard == SaveRequired, FieldSaveCard, WarnSaveCardRequired)
	return c.faults
}
