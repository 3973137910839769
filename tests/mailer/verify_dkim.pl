#!/usr/bin/perl
# Verifies the DKIM signatures of mails by Mail::DKIM, without a network.
#
# First argument: a file with a line for each DNS record, name, tab, value. Others: mails in files.
# Prints a line for each mail: selector=result for each signature, in order.
use strict;
use warnings;
use Mail::DKIM::Verifier;

my %zone;
open my $records, '<', shift @ARGV or die "no records: $!";
while (<$records>) {
    chomp;
    my ($name, $value) = split /\t/, $_, 2;
    $zone{$name} = $value;
}

# Mail::DKIM asks its public key through this function alone.
require Mail::DKIM::PublicKey;
no warnings 'redefine';
*Mail::DKIM::PublicKey::fetch = sub {
    my ($class, %asked) = @_;
    my $value = $zone{"$asked{Selector}._domainkey.$asked{Domain}"} or return;
    return $class->parse($value);
};
*Mail::DKIM::PublicKey::fetch_async = sub {
    my ($class, %asked) = @_;
    my $after = $asked{Callbacks}{Success} || sub { $_[0] };
    return sub { $after->($class->fetch(%asked)) };
};

for my $path (@ARGV) {
    my $verifier = Mail::DKIM::Verifier->new;
    open my $mail, '<:raw', $path or die "no mail: $!";
    local $/;
    $verifier->PRINT(<$mail>);
    $verifier->CLOSE;
    print join(' ', map { $_->selector . '=' . $_->result } $verifier->signatures), "\n";
}
